import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

describe('the own account', () => {
  it('is reached by the menu, and says who one is and what one uses', async () => {
    stubBroker().signInAs('ana');
    const { user } = await showPortal('/');
    await user.click(await screen.findByTestId('account-menu'));
    await user.click(await screen.findByTestId('my-account'));
    expect(await screen.findByTestId('own-groups')).toHaveTextContent('Statistics');
    expect(await screen.findByTestId('limit-running')).toHaveTextContent('1 of 2');
    expect(screen.getByTestId('limit-disk')).toHaveTextContent('34.5 GiB of 40 GiB');
    expect(await screen.findByText(/^Off\. Your password alone/)).toBeVisible();
  });

  it('has no limits for administrators', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/account');
    expect(await screen.findByTestId('limit-clones')).toHaveTextContent('2, without a limit');
  });
});

describe('sessions', () => {
  const rows = async () => screen.findAllByTestId('session-row');

  it('tell where they are, and all but this one can be ended', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/account');
    const [here, phone, old] = (await rows()).map((row) => within(row));
    expect(found(here).getByText('Firefox on Linux')).toBeVisible();
    expect(found(here).getByText('This one')).toBeVisible();
    expect(found(here).queryByTestId('session-end')).toBeNull();
    expect(found(old).getByText('Unknown browser')).toBeVisible();
    await user.click(
      found(phone).getByRole('button', {
        name: 'End the session on Chrome on Android, 198.51.100.20',
      }),
    );
    await waitFor(() => {
      expect(broker.sessions.map(({ id }) => id)).toEqual(['here', 'old']);
    });
  });

  it('are all ended but this one, after a question', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/account');
    await rows();
    await user.click(screen.getByTestId('sessions-end-others'));
    await user.click(await screen.findByTestId('confirm'));
    expect(await screen.findByText('All other sessions have ended.')).toBeVisible();
    expect(broker.sessions.map(({ id }) => id)).toEqual(['here']);
    expect(screen.getByTestId('sessions-end-others')).toBeDisabled();
  });
});

describe('tokens', () => {
  it('are made for something, for a time, and shown once', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/account');
    await screen.findByTestId('tokens-table');
    await user.click(screen.getByTestId('token-add'));
    await user.click(await screen.findByTestId('token-submit'));
    expect(await screen.findByText('Give it a name.')).toBeVisible();
    await user.type(screen.getByTestId('token-name'), 'Nightly script');
    await user.click(screen.getByTestId('token-scope-start'));
    await user.click(screen.getByTestId('token-submit'));
    expect(await screen.findByTestId('token-value')).toHaveValue(
      'brk_0002_and_much_more_that_nobody_guesses',
    );
    expect(broker.tokens[0]).toMatchObject({ name: 'Nightly script', scopes: ['read', 'start'] });
    await user.click(screen.getByTestId('token-done'));
    const rows = await screen.findAllByTestId('token-row');
    expect(rows.map((row) => row.dataset.name)).toContain('Nightly script');
    expect(screen.queryByText(/nobody_guesses/)).toBeNull();
  });

  it('take the password once more when the sign-in was a while ago', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.isRecent = false;
    const { user } = await showPortal('/account');
    await screen.findByTestId('tokens-table');
    await user.click(screen.getByTestId('token-add'));
    await user.type(await screen.findByTestId('token-name'), 'Nightly script{enter}');
    const password = await screen.findByTestId('proof-password');
    expect(password).toHaveFocus();
    expect(broker.tokens).toHaveLength(1);
    await user.type(password, 'wrong{enter}');
    expect(await screen.findByText("This isn't your password.")).toBeVisible();
    await user.clear(password);
    await user.type(password, 'broker{enter}');
    expect(await screen.findByTestId('token-value')).toBeVisible();
    expect(broker.tokens[0]?.name).toBe('Nightly script');
  });

  it('are revoked after a question', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/account');
    await user.click(await screen.findByTestId('token-revoke'));
    await user.click(await screen.findByTestId('confirm'));
    expect(await screen.findByText('You have no tokens.')).toBeVisible();
    expect(broker.tokens).toEqual([]);
  });
});
