import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { added, moved, removed, withDefault } from './rules';

const ruleNames = () => screen.queryAllByTestId('rule').map((rule) => rule.dataset.name);

async function showAccess(name = 'debian-desktop') {
  const broker = stubBroker().signInAs('admin');
  const base = broker.find(name);
  const portal = await showPortal(`/machines/${base.id}/access`);
  await screen.findByTestId('access');
  const addRule = async (kind: 'group' | 'user', who: string, denied = false) => {
    const { user } = portal;
    const people = within(screen.getByTestId('rules-people'));
    await user.click(people.getByTestId('rule-add'));
    if (kind === 'user') {
      await user.click(await screen.findByTestId('rule-kind'));
      await user.click(await screen.findByRole('option', { name: 'A person' }));
    }
    await user.type(await screen.findByTestId(`rule-${kind}`), who);
    if (denied) await user.click(screen.getByTestId('rule-deny'));
    await user.click(screen.getByTestId('rule-submit'));
    await waitFor(() => {
      expect(ruleNames()).toContain(who);
    });
  };
  return { broker, base, addRule, ...portal };
}

describe('who may have a desktop of a base', () => {
  it('is everybody without rules; the first rule narrows it, and the list of people follows', async () => {
    const { addRule } = await showAccess();
    expect(within(screen.getByTestId('rules-people')).getByTestId('rules-none')).toBeVisible();
    expect(await screen.findAllByTestId('who-person')).toHaveLength(3);
    await addRule('group', 'teachers');
    await waitFor(() => {
      expect(screen.getAllByTestId('who-person').map((one) => one.dataset.name)).toEqual(['admin']);
    });
  });

  it('is told of one person as a chain of answers', async () => {
    const { addRule, user } = await showAccess();
    await addRule('user', 'ana', true);
    await user.type(screen.getByTestId('why-person'), 'ana{Enter}');
    const why = await screen.findByTestId('why');
    expect(why).toHaveAttribute('data-allowed', 'false');
    const steps = within(why).getAllByTestId('why-step');
    expect(steps.map(({ dataset }) => `${dataset.step} ${dataset.allowed}`)).toEqual([
      'grant true',
      'published true',
      'people false',
      'clients true',
      'network true',
    ]);
    expect(found(steps[2])).toHaveTextContent('rule 1, user ana');
  });

  it('is told by what the directory said, which may be old', async () => {
    const { broker, user } = await showAccess();
    Object.assign(found(broker.accounts[1]), {
      source: 'ldap',
      facts_at: '2020-11-01T10:00:00Z',
    });
    broker.isDirectoryDown = true;
    await user.type(screen.getByTestId('why-person'), 'ana{Enter}');
    expect(await screen.findByTestId('why-facts')).toHaveTextContent(
      /directory told on Nov.* 2020/,
    );
    expect(screen.getByTestId('why-facts-old')).toHaveTextContent("The directory doesn't answer");
  });

  it('names the networks from which it is nobody else', async () => {
    await showAccess();
    expect(await screen.findByTestId('who-closed')).toHaveTextContent(
      "Can't be used from Classroom, except",
    );
  });

  it('is said in an order that is changed by buttons, which keep the focus', async () => {
    const { broker, base, addRule, user } = await showAccess();
    await addRule('group', 'teachers');
    await addRule('user', 'ana', true);
    expect(screen.getByTestId('access-warning')).toBeVisible();
    const up = within(found(screen.getAllByTestId('rule')[1])).getByTestId('rule-up');
    await user.click(up);
    await waitFor(() => {
      expect(ruleNames()).toEqual(['ana', 'teachers']);
    });
    expect(up).toHaveFocus();
    expect(up).toHaveAttribute('aria-disabled', 'true');
    expect(screen.getByText('ana is number 1 of 2 now.')).toBeInTheDocument();
    expect(broker.access.get(base.id)?.people.map(({ name }) => name)).toEqual(['ana', 'teachers']);
  });

  it('has a default, which ends the warning', async () => {
    const { broker, base, addRule, user } = await showAccess();
    await addRule('group', 'teachers');
    await addRule('user', 'ana', true);
    await user.click(screen.getByTestId('rules-default'));
    await user.click(await screen.findByRole('option', { name: 'Denied' }));
    await waitFor(() => {
      expect(screen.queryByTestId('access-warning')).toBeNull();
    });
    expect(broker.access.get(base.id)?.people.at(-1)).toMatchObject({
      kind: 'everybody',
      allowed: false,
    });
  });

  it('is shown as it is now when somebody else has changed it meanwhile', async () => {
    const { broker, base, addRule, user } = await showAccess();
    await addRule('group', 'teachers');
    broker.access.set(base.id, { version: 7, people: [], clients: [] });
    await user.click(screen.getByTestId('rule-remove'));
    expect(await screen.findByText(/Somebody else has changed/)).toBeVisible();
    await waitFor(() => {
      expect(ruleNames()).toEqual([]);
    });
  });

  it('refuses a group that is not there, and says so in the form', async () => {
    const { user } = await showAccess();
    await user.click(within(screen.getByTestId('rules-people')).getByTestId('rule-add'));
    await user.type(await screen.findByTestId('rule-group'), 'nobodies');
    await user.click(screen.getByTestId('rule-submit'));
    expect(await screen.findByText('There is no group called nobodies.')).toBeVisible();
  });

  it('is nobody while the base is not published, which the page says', async () => {
    await showAccess('archive');
    expect(screen.getByTestId('access-unpublished')).toBeVisible();
  });
});

describe('rules', () => {
  const rule = (name: string) => ({ kind: 'group' as const, name, allowed: true, last: false });
  const last = { kind: 'everybody' as const, allowed: false, last: false };
  const rules = { people: [rule('a'), rule('b'), last], clients: [] };

  it('are added before the default', () => {
    expect(added('people', rule('c'))(rules).people.map(({ name }) => name)).toEqual([
      'a',
      'b',
      'c',
      undefined,
    ]);
  });

  it('are never moved behind the default, nor before the first', () => {
    expect(moved('people', 1, 1)(rules)).toEqual(rules);
    expect(moved('people', 0, -1)(rules)).toEqual(rules);
    expect(moved('people', 2, -1)(rules)).toEqual(rules);
    expect(moved('people', 0, 1)(rules).people.map(({ name }) => name)).toEqual([
      'b',
      'a',
      undefined,
    ]);
  });

  it('are removed, and their default is changed or taken away', () => {
    expect(removed('people', 0)(rules).people).toEqual([rule('b'), last]);
    expect(withDefault('people', true)(rules).people.at(-1)).toEqual({ ...last, allowed: true });
    expect(withDefault('people', null)(rules).people).toEqual([rule('a'), rule('b')]);
  });
});
