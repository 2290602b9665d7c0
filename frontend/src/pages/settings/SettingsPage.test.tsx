import { screen, waitFor } from '@testing-library/react';
import { expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

it('what holds for everybody is changed by administrators, who are told what is usual', async () => {
  const broker = stubBroker().signInAs('admin');
  const { user } = await showPortal('/admin/settings');
  const limit = await screen.findByTestId('setting-start_limit');
  expect(screen.getByText(/0 for any number\. Usually 1\./)).toBeVisible();
  await user.clear(limit);
  await user.type(limit, '3');
  await user.click(screen.getByTestId('settings-save'));
  await waitFor(() => {
    expect(broker.settings.start_limit).toBe(3);
  });
});
