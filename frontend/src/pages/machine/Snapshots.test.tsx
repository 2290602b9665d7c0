import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const showOf = async (name: string, person = 'ana') => {
  const broker = stubBroker().signInAs(person);
  const domain = broker.find(name);
  const { user } = await showPortal(`/machines/${domain.id}/snapshots`);
  await screen.findByTestId('snapshots-count');
  return { broker, domain, user };
};

const rows = () => screen.queryAllByTestId('snapshot');
const rowOf = (name: string) => within(found(rows().find((li) => li.dataset.name === name)));

describe("a desktop's snapshots", () => {
  it('are listed with when they were taken, newest first, and how many it may have', async () => {
    await showOf('networks-lab-ana');
    expect(rows().map((li) => li.dataset.name)).toEqual(['Exercise 3 works', 'As I got it']);
    expect(screen.getByTestId('snapshots-count')).toHaveTextContent('2 of 3 are used.');
  });

  it('are taken with a name by its owner when it is off', async () => {
    const { broker, domain, user } = await showOf('networks-lab-ana');
    expect(screen.getByTestId('snapshot-take')).toBeDisabled();
    expect(screen.getByTestId('snapshots-note')).toHaveTextContent(/Shut it down first/);
    broker.setState(domain, 'shutdown');
    await waitFor(() => {
      expect(screen.getByTestId('snapshot-take')).toBeEnabled();
    });
    await user.click(screen.getByTestId('snapshot-take'));
    await user.type(await screen.findByTestId('snapshot-name'), 'Before the exam');
    await user.click(screen.getByTestId('snapshot-submit'));
    await waitFor(() => {
      expect(rows()).toHaveLength(3);
    });
    expect(broker.requests.at(-1)?.args).toEqual({ domain: domain.id, name: 'Before the exam' });
    // no more than it may have
    expect(screen.getByTestId('snapshot-take')).toBeDisabled();
    expect(screen.getByTestId('snapshots-note')).toHaveTextContent(/Remove one/);
  });

  it('are gone back to after a question that says what is lost', async () => {
    const { broker, user } = await showOf('networks-lab-ana');
    await user.click(rowOf('As I got it').getByTestId('snapshot-revert'));
    const question = within(await screen.findByRole('dialog'));
    expect(question.getByText(/Everything that was done in it since .* is lost/)).toBeVisible();
    await user.click(question.getByTestId('confirm'));
    await waitFor(() => {
      expect(broker.requests.at(-1)).toMatchObject({ command: 'revert_snapshot', state: 'done' });
    });
  });

  it('get other names, and are removed', async () => {
    const { user } = await showOf('networks-lab-ana');
    await user.click(rowOf('As I got it').getByTestId('snapshot-edit'));
    const name = await screen.findByTestId('snapshot-name');
    await user.clear(name);
    await user.type(name, 'New');
    await user.click(screen.getByTestId('snapshot-submit'));
    await waitFor(() => {
      expect(rows().map((li) => li.dataset.name)).toContain('New');
    });
    await user.click(rowOf('New').getByTestId('snapshot-remove'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(rows()).toHaveLength(1);
    });
  });

  it('are only looked at by those with whom it is shared', async () => {
    const broker = stubBroker().signInAs('ana');
    const domain = broker.find('networks-lab-ana');
    domain.owner = { id: 1, name: 'admin' };
    domain.shared_with = [{ id: 2, name: 'ana' }];
    await showPortal(`/machines/${domain.id}/snapshots`);
    expect(await screen.findAllByTestId('snapshot')).toHaveLength(2);
    expect(screen.queryByTestId('snapshot-take')).toBeNull();
    expect(screen.queryByTestId('snapshot-revert')).toBeNull();
  });
});
