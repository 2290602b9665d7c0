import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';

const rows = () => screen.getAllByTestId('request-row');

describe('requests', () => {
  it('are filtered by the address', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/requests?state=failed');
    await screen.findByTestId('requests-table');
    expect(rows().map((row) => row.dataset.state)).toEqual(['failed']);
    expect(screen.getByText('Its disk image is gone from the pool.')).toBeVisible();
  });

  it('appear as they are asked, and move as they are worked on', async () => {
    const broker = stubBroker({ stepMs: 500 }).signInAs('admin');
    await showPortal('/admin/requests');
    await screen.findByTestId('requests-table');
    const { id } = broker.find('build-server');
    const answer = broker.handle('POST', new URL('http://x/api/requests'), {
      command: 'start_domain',
      args: { domain: id },
    });
    const { id: number } = answer.body as { id: number };
    const row = () => rows().find((r) => r.dataset.id === String(number));
    await waitFor(() => {
      expect(row()).toHaveAttribute('data-state', 'working');
    });
    await waitFor(() => {
      expect(row()).toHaveAttribute('data-state', 'done');
    });
  });

  it('can be cancelled before they are worked on, and only then', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/requests');
    await screen.findByTestId('requests-table');
    const waiting = rows().find((r) => r.dataset.state === 'waiting');
    const done = rows().find((r) => r.dataset.state === 'done');
    if (!waiting || !done) throw new Error('the mock has both');
    expect(within(done).queryByTestId('request-cancel')).toBeNull();
    await user.click(within(waiting).getByTestId('request-cancel'));
    await waitFor(() => {
      expect(broker.requests.find((r) => String(r.id) === waiting.dataset.id)?.state).toBe(
        'cancelled',
      );
    });
    await waitFor(() => {
      expect(rows().some((r) => r.dataset.state === 'waiting')).toBe(false);
    });
  });

  it('tell all about one of them', async () => {
    const broker = stubBroker().signInAs('admin');
    const failed = broker.requests.find((r) => r.state === 'failed');
    await showPortal(`/admin/requests?request=${failed?.id ?? 0}`);
    const drawer = within(await screen.findByTestId('request-drawer'));
    expect(drawer.getByText('disk_missing')).toBeVisible();
    expect(drawer.getByText(new RegExp(failed?.domain_id ?? '-'))).toBeVisible();
  });

  it('that do not exist are said not to', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/admin/requests?request=9999');
    expect(await screen.findByText("This doesn't exist, or it isn't yours.")).toBeVisible();
  });
});
