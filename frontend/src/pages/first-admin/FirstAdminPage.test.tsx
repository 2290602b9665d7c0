import { screen } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

const link = 'a'.repeat(64);

async function choose(again: string) {
  const portal = await showPortal(`/first-admin#${link}`);
  await portal.user.type(await screen.findByTestId('first-admin-name'), 'ada');
  await portal.user.type(screen.getByTestId('first-admin-password'), 'seven blue lamps');
  await portal.user.type(screen.getByTestId('first-admin-again'), again);
  await portal.user.click(screen.getByTestId('first-admin-submit'));
  return portal;
}

describe('becoming the first administrator', () => {
  it('signs in with the name and password that were chosen', async () => {
    const broker = stubBroker();
    broker.firstAdminLink = link;
    const { router } = await choose('seven blue lamps');
    await screen.findByTestId('account-menu');
    expect(router.state.location.pathname).toBe('/');
    expect(broker.user?.name).toBe('ada');
    expect(broker.firstAdminLink).toBeNull();
  });

  it('says when the link no longer counts', async () => {
    stubBroker();
    await choose('seven blue lamps');
    expect(await screen.findByTestId('first-admin-error')).toHaveTextContent(
      'This link no longer counts',
    );
    expect(screen.getByTestId('first-admin-submit')).toBeDisabled();
  });

  it('asks again when the two passwords differ', async () => {
    const broker = stubBroker();
    broker.firstAdminLink = link;
    await choose('seven blue lambs');
    expect(screen.getByText("The two don't match.")).toBeVisible();
    expect(broker.firstAdminLink).toBe(link);
  });

  it('lets nobody try without a link', async () => {
    stubBroker();
    await showPortal('/first-admin');
    expect(await screen.findByTestId('first-admin-submit')).toBeDisabled();
  });
});
