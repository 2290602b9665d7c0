import { screen } from '@testing-library/react';
import { expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

it('an address without a page says so', async () => {
  stubBroker().signInAs('ana');
  await showPortal('/no/such/page');
  expect(await screen.findByText('There is no such page')).toBeVisible();
});
