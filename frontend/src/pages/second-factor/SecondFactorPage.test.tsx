import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const path = '/account/second-factor';

describe('the second factor', () => {
  it('is set up by a picture or a key, and tells its recovery codes once', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user, router } = await showPortal(path);
    await user.click(await screen.findByTestId('second-factor-begin'));
    expect(await screen.findByRole('img', { name: /^Picture for the app/ })).toBeVisible();
    expect(screen.getByTestId('second-factor-key')).toHaveValue('JBSW Y3DP EHPK 3PXP');

    const code = screen.getByTestId('second-factor-code');
    await user.type(code, '12{enter}');
    expect(await screen.findByText(/Enter the six digits/)).toBeVisible();
    await user.clear(code);
    await user.type(code, '999 999{enter}');
    expect(await screen.findByText(/This code isn't right/)).toBeVisible();
    await user.clear(code);
    await user.type(code, '123 456{enter}');
    const codes = await screen.findByTestId('recovery-codes');
    expect(within(codes).getAllByRole('listitem')).toHaveLength(10);
    expect(broker.sessions).toHaveLength(1);

    await user.click(screen.getByTestId('recovery-kept'));
    await waitFor(() => {
      expect(router.state.location.pathname).toBe('/account');
    });
    expect(await screen.findByText(/^On since/)).toBeVisible();
    expect(screen.queryByTestId('recovery-codes')).toBeNull();
  });

  it('keeps its recovery codes as a file', async () => {
    stubBroker().signInAs('ana');
    const files: Blob[] = [];
    URL.createObjectURL = (file) => `blob:${files.push(file as Blob)}`;
    URL.revokeObjectURL = () => undefined;
    const saved = vi
      .spyOn(HTMLAnchorElement.prototype, 'click')
      .mockImplementation(() => undefined);
    const { user } = await showPortal(path);
    await user.click(await screen.findByTestId('second-factor-begin'));
    await user.type(await screen.findByTestId('second-factor-code'), '123456{enter}');
    await user.click(await screen.findByText('Download'));
    expect(saved).toHaveBeenCalledOnce();
    expect(found(files[0]).type).toBe('text/plain');
  });

  it('is demanded of administrators before anything else', async () => {
    const broker = stubBroker().signInAs('admin');
    found(broker.user ?? undefined).must_enrol_second_factor = true;
    const { user, router } = await showPortal('/admin/requests');
    expect(await screen.findByText(/Administrators need a second factor/)).toBeVisible();
    expect(screen.queryByRole('link', { name: 'Requests' })).toBeNull();
    await user.click(screen.getByTestId('second-factor-begin'));
    await user.type(await screen.findByTestId('second-factor-code'), '123456{enter}');
    expect(await screen.findByTestId('recovery-codes')).toBeVisible();
    await user.click(screen.getByTestId('recovery-kept'));
    await screen.findAllByTestId('desktop-card');
    expect(router.state.location.pathname).toBe('/');
  });

  it('is set up with the password once more when the sign-in was a while ago', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.isRecent = false;
    const { user } = await showPortal(path);
    const begin = await screen.findByTestId('second-factor-begin');
    expect(screen.queryByTestId('proof-password')).toBeNull();
    await user.click(begin);
    const password = await screen.findByTestId('proof-password');
    expect(password).toHaveFocus();
    expect(password).toHaveAttribute('autocomplete', 'current-password');
    expect(password).toHaveAccessibleDescription(/signed in more than ten minutes ago/);
    await user.type(password, 'wrong{enter}');
    expect(await screen.findByText("This isn't your password.")).toBeVisible();
    expect(password).toHaveFocus();
    await user.clear(password);
    await user.type(password, 'broker{enter}');
    expect(await screen.findByTestId('second-factor-picture')).toBeVisible();
  });

  it('needs a new sign-in, and then leads back, of who has no password here', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.isRecent = false;
    found(broker.user ?? undefined).source = 'oidc';
    const { user, router } = await showPortal(path);
    await user.click(await screen.findByTestId('second-factor-begin'));
    expect(await screen.findByText(/Sign out, sign in again/)).toBeVisible();
    expect(screen.queryByTestId('proof-password')).toBeNull();
    await user.click(screen.getByTestId('proof-sign-out'));
    await screen.findByTestId('sign-in-password');
    expect(router.state.location.search).toBe(`?next=${encodeURIComponent(path)}`);
    expect(broker.user).toBeNull();
  });
});

describe('doing without the second factor', () => {
  const factor = { since: '2026-11-01T10:00:00Z', recovery_codes: 2 };

  async function showRemoval(isRecent: boolean) {
    const broker = stubBroker().signInAs('ana');
    broker.factors.set(2, factor);
    broker.isRecent = isRecent;
    const { user } = await showPortal(path);
    await screen.findByTestId('second-factor-on');
    const remove = async () => {
      await user.click(screen.getByTestId('second-factor-remove'));
      await user.click(await screen.findByTestId('confirm'));
    };
    return { broker, user, remove };
  }

  it('takes a code', async () => {
    const { broker, user, remove } = await showRemoval(true);
    expect(screen.getByText(/2 recovery codes are left\. Get new ones/)).toBeVisible();
    const code = screen.getByTestId('second-factor-code');
    await user.type(code, '999999');
    await remove();
    expect(await screen.findByText(/The code isn't right/)).toBeVisible();
    await user.clear(code);
    await user.type(code, '123456');
    await remove();
    expect(await screen.findByTestId('second-factor-begin')).toBeVisible();
    expect(broker.factors.size).toBe(0);
  });

  it('takes the password, too, when the sign-in was a while ago', async () => {
    const { broker, user, remove } = await showRemoval(false);
    await user.type(screen.getByTestId('second-factor-code'), '123456');
    await remove();
    const password = await screen.findByTestId('proof-password');
    await waitFor(() => {
      expect(password).toHaveFocus();
    });
    await user.type(password, 'wrong');
    await remove();
    expect(await screen.findByText(/Password or code isn't right/)).toBeVisible();
    await user.clear(password);
    await user.type(password, 'broker');
    await remove();
    expect(await screen.findByTestId('second-factor-begin')).toBeVisible();
    expect(broker.factors.size).toBe(0);
  });
});
