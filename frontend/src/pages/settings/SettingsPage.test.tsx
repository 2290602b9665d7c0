import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
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

describe('maintenance', () => {
  it('is announced to everybody, and taken back', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/settings');
    fireEvent.change(await screen.findByTestId('maintenance-from'), {
      target: { value: '2099-01-10T08:00' },
    });
    await user.type(screen.getByTestId('maintenance-message'), 'New disks.');
    await user.click(screen.getByTestId('maintenance-submit'));
    const banner = await screen.findByTestId('maintenance');
    expect(banner).toHaveAttribute('data-now', 'false');
    expect(banner).toHaveTextContent('New disks.');
    expect(broker.maintenance?.from).toBe(new Date('2099-01-10T08:00').toISOString());
    await user.click(screen.getByTestId('maintenance-end'));
    await waitFor(() => {
      expect(screen.queryByTestId('maintenance')).toBeNull();
    });
  });

  it('begins at once after a question, and lets those who look after the hosts go on', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/settings');
    await user.click(await screen.findByTestId('maintenance-submit'));
    expect(broker.maintenance).toBeNull();
    await user.click(await screen.findByTestId('confirm'));
    expect(await screen.findByTestId('maintenance')).toHaveAttribute('data-now', 'true');
    expect(screen.getByTestId('site-settings')).toBeVisible();
  });

  it('keeps the others out until it is over, wherever they are', async () => {
    const broker = stubBroker().signInAs('ana');
    await showPortal('/');
    await screen.findAllByTestId('desktop-card');
    act(() => {
      broker.maintenance = { from: '2026-01-01T00:00:00Z', until: null, message: 'New disks.' };
      broker.emit('user', {});
    });
    expect(await screen.findByText('Broker is being looked after')).toBeVisible();
    expect(screen.getByText('New disks.')).toBeVisible();
    expect(screen.queryByTestId('desktop-card')).toBeNull();
    expect(screen.getByTestId('account-menu')).toBeVisible();
  });
});
