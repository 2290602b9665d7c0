import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';
import { localPath } from './localPath';

async function signIn(path: string, name: string, password: string) {
  const portal = await showPortal(path);
  await portal.user.type(await screen.findByTestId('sign-in-name'), name);
  await portal.user.type(screen.getByTestId('sign-in-password'), password);
  await portal.user.click(screen.getByTestId('sign-in-submit'));
  return portal;
}

describe('signing in', () => {
  it('leads to the desktops', async () => {
    stubBroker();
    const { router } = await signIn('/sign-in', 'ana', 'broker');
    await screen.findAllByTestId('desktop-card');
    expect(router.state.location.pathname).toBe('/');
    expect(document.title).toBe('My desktops · Broker');
  });

  it('leads back to the page that was asked for', async () => {
    stubBroker();
    const { router } = await signIn('/admin/requests?state=failed', 'admin', 'broker');
    await screen.findByTestId('requests-table');
    expect(router.state.location.search).toBe('?state=failed');
  });

  it('says when name and password do not match', async () => {
    stubBroker();
    await signIn('/sign-in', 'ana', 'wrong');
    expect(await screen.findByTestId('sign-in-error')).toHaveTextContent(
      "Name and password don't match.",
    );
  });

  it('asks for what is missing before it asks the server', async () => {
    const broker = stubBroker();
    const { user } = await showPortal('/sign-in');
    await user.click(await screen.findByTestId('sign-in-submit'));
    expect(screen.getByText('Enter your name.')).toBeVisible();
    expect(broker.user).toBeNull();
  });

  it('goes through the choice of a password when the first one was given', async () => {
    const broker = stubBroker();
    const { user } = await signIn('/sign-in', 'new', 'broker');
    await user.type(await screen.findByTestId('password-current'), 'broker');
    await user.type(screen.getByTestId('password-new'), 'short');
    await user.type(screen.getByTestId('password-again'), 'short');
    await user.click(screen.getByTestId('password-submit'));
    expect(await screen.findByText('A password has ten characters at least.')).toBeVisible();

    await user.type(screen.getByTestId('password-new'), ' but much longer now');
    await user.type(screen.getByTestId('password-again'), ' but much longer now');
    await user.click(screen.getByTestId('password-submit'));
    await screen.findAllByTestId('desktop-card');
    expect(broker.user?.must_change_password).toBe(false);
  });

  it('ends with signing out', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/');
    await user.click(await screen.findByTestId('account-menu'));
    await user.click(await screen.findByTestId('sign-out'));
    await screen.findByTestId('sign-in-submit');
    await waitFor(() => {
      expect(broker.user).toBeNull();
    });
  });

  it('speaks the language that was chosen', async () => {
    stubBroker();
    await showPortal('/sign-in', 'ca');
    expect(await screen.findByTestId('sign-in-submit')).toHaveTextContent('Inicia la sessió');
    expect(document.documentElement.lang).toBe('ca');
  });
});

describe('signing in with a second factor', () => {
  const factor = { since: '2026-11-01T10:00:00Z', recovery_codes: 10 };

  it('asks for its code after the password, with the focus on it', async () => {
    const broker = stubBroker();
    broker.factors.set(2, factor);
    const { user } = await signIn('/sign-in', 'ana', 'broker');
    const code = await screen.findByTestId('sign-in-code');
    expect(code).toHaveFocus();
    expect(screen.queryByTestId('sign-in-error')).toBeNull();
    await user.type(code, '999999{enter}');
    expect(await screen.findByText(/This code isn't right/)).toBeVisible();
    expect(broker.user).toBeNull();
    await user.clear(code);
    await user.type(code, '123456{enter}');
    await screen.findAllByTestId('desktop-card');
  });

  it('takes a recovery code, or begins anew', async () => {
    const broker = stubBroker();
    broker.factors.set(2, factor);
    const { user } = await signIn('/sign-in', 'ana', 'broker');
    await user.click(await screen.findByTestId('sign-in-recovery'));
    expect(screen.getByLabelText('Recovery code')).toHaveFocus();
    await user.click(screen.getByText('Begin anew'));
    expect(await screen.findByTestId('sign-in-password')).toBeVisible();
  });
});

describe('other ways in', () => {
  it('lead to another system that knows people, and back to the page that was asked for', async () => {
    const broker = stubBroker();
    broker.openId = { label: 'Campus', sign_in_url: '/api/session/openid', sign_out_url: null };
    await showPortal('/account');
    const link = await screen.findByRole('link', { name: 'Sign in with Campus' });
    expect(link).toHaveAttribute('href', '/api/session/openid?return=%2Faccount');
  });

  it('say why that did not work', async () => {
    stubBroker();
    const { router } = await showPortal('/?sign_in_failed=openid_cancelled');
    expect(await screen.findByTestId('sign-in-error')).toHaveTextContent(
      'Signing in was broken off there.',
    );
    await router.navigate('/?sign_in_failed=maintenance');
    expect(await screen.findByText(/^Broker is being looked after/)).toBeVisible();
  });

  it('open what is open to everybody, without an account', async () => {
    const broker = stubBroker();
    broker.guestBases = [broker.find('maths').id];
    const { user, router } = await showPortal('/sign-in');
    await user.click(await screen.findByText('Open Statistics with R as a guest'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/^\/desktops\/.+\/view$/);
    });
    expect(broker.user?.name).toMatch(/^guest-/);
  });

  it('are not there when there are none', async () => {
    stubBroker();
    await showPortal('/sign-in');
    await screen.findByTestId('sign-in-submit');
    expect(screen.queryByTestId('other-ways')).toBeNull();
  });
});

describe('where to go after signing in', () => {
  it.each([
    [null, '/'],
    ['/admin/machines?q=a', '/admin/machines?q=a'],
    ['https://elsewhere.example/', '/'],
    ['//elsewhere.example/', '/'],
    ['/\\elsewhere.example/', '/'],
    ['javascript:alert(1)', '/'],
  ])('%s becomes %s', (next, path) => {
    expect(localPath(next)).toBe(path);
  });
});
