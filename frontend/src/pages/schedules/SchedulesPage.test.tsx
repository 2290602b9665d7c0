import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const rowOf = async (name: string) => {
  const rows = await screen.findAllByTestId('schedule-row');
  return within(found(rows.find((row) => row.dataset.name === name)));
};

describe('schedules', () => {
  it('say in words when they come, and what came of them', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/schedules');
    const row = await rowOf('nightly-hibernation');
    expect(row.getByText('Every day at 23:00')).toBeVisible();
    expect(row.getByRole('link', { name: '12 requests, 11 done, 1 failed' })).toHaveAttribute(
      'href',
      '/admin/requests?command=hibernate_domain&user=%28broker%29',
    );
    const morning = await rowOf('morning-autostart');
    expect(morning.getByText('Monday to Friday at 06:30')).toBeVisible();
  });

  it('are switched on and off', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/schedules');
    await user.click((await rowOf('nightly-hibernation')).getByTestId('schedule-on'));
    await waitFor(() => {
      expect(broker.schedules.find(({ id }) => id === 1)?.is_enabled).toBe(false);
    });
  });

  it('are added with a time of the day, and say when that comes', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/schedules');
    await rowOf('nightly-hibernation');
    await user.click(screen.getByTestId('schedule-add'));
    await user.type(await screen.findByTestId('schedule-name'), 'evening');
    expect(await screen.findByText(/^It comes .+\.$/)).toBeVisible();
    await user.click(screen.getByTestId('schedule-submit'));
    expect((await rowOf('evening')).getByText('Every day at 23:00')).toBeVisible();
    expect(broker.schedules.at(-1)).toMatchObject({
      command: 'hibernate_domain',
      machines: 'disconnected',
      cron: '0 23 * * *',
    });
  });
});
