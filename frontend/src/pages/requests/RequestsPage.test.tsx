import { screen, waitFor, within } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { requestPageSize } from '@/api/requests';
import { showPortal, stubBroker } from '@/testing/portal';
import { newRequest } from '../../../mock/things';
import { filterOf } from './RequestFilters';

const rows = () => screen.getAllByTestId('request-row');
const states = () => rows().map((row) => row.dataset.state);
const inState = (state: string) => {
  const row = rows().find((r) => r.dataset.state === state);
  if (!row) throw new Error(`no row is ${state}`);
  return row;
};

async function showRequests(query = '', options?: { stepMs: number }) {
  const broker = stubBroker(options).signInAs('admin');
  const portal = await showPortal(`/admin/requests${query}`);
  await screen.findByTestId('requests-table');
  return { broker, ...portal };
}

describe('requests', () => {
  it('are filtered by the address', async () => {
    await showRequests('?state=failed&state=waiting');
    expect(states()).toEqual(['waiting', 'failed']);
    expect(screen.getByText(/^Its disk image is gone from the pool\./)).toBeVisible();
    expect(screen.getByTestId('requests-state-failed')).toHaveAttribute('aria-pressed', 'true');
  });

  it('are filtered by a click, and the back button takes that back', async () => {
    const { user, router } = await showRequests();
    const all = rows().length;
    await user.click(screen.getByTestId('requests-state-failed'));
    await waitFor(() => {
      expect(states()).toEqual(['failed']);
    });
    expect(router.state.location.search).toBe('?state=failed');
    await router.navigate(-1);
    await waitFor(() => {
      expect(rows()).toHaveLength(all);
    });
  });

  it('are found by a machine and by the person who asked', async () => {
    const { user, router } = await showRequests();
    await user.type(screen.getByTestId('requests-text'), 'maths-admin');
    await waitFor(() => {
      expect(states()).toEqual(['failed']);
    });
    await user.clear(screen.getByTestId('requests-text'));
    await user.click(screen.getByTestId('requests-user'));
    await user.click(await screen.findByRole('option', { name: 'ana' }));
    await waitFor(() => {
      expect(states()).toEqual(['waiting', 'done', 'done']);
    });
    expect(router.state.location.search).toBe('?user=ana');
  });

  it('that nobody asked for say so, and all are shown again', async () => {
    stubBroker().signInAs('admin');
    const { user } = await showPortal('/admin/requests?user=nobody');
    await user.click(await screen.findByText('Show all'));
    await screen.findByTestId('requests-table');
  });

  it('appear as they are asked, and move as they are worked on', async () => {
    const { broker } = await showRequests('', { stepMs: 500 });
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

  it('come a page at a time', async () => {
    const broker = stubBroker().signInAs('admin');
    const seeded = broker.requests.length;
    for (let id = seeded + 1; id <= requestPageSize + seeded; id++) {
      broker.requests.push(newRequest({ id, command: 'ping', state: 'done' }));
    }
    const { user } = await showPortal('/admin/requests');
    await user.click(await screen.findByTestId('requests-older'));
    await waitFor(() => {
      expect(rows()).toHaveLength(requestPageSize + seeded);
    });
    expect(screen.queryByTestId('requests-older')).toBeNull();
  });

  it('are cancelled at once while they wait; what has ended offers no such thing', async () => {
    const { broker, user } = await showRequests();
    expect(within(inState('done')).queryByTestId('request-cancel')).toBeNull();
    const waiting = inState('waiting');
    expect(waiting).toHaveTextContent(/It waits for its time: /);
    await user.click(within(waiting).getByTestId('request-cancel'));
    await waitFor(() => {
      expect(states()).not.toContain('waiting');
    });
    expect(broker.requests.find((r) => String(r.id) === waiting.dataset.id)?.state).toBe(
      'cancelled',
    );
  });

  it('that are worked on are cancelled after a question, and undone', async () => {
    const { broker, user } = await showRequests('', { stepMs: 300 });
    broker.handle('POST', new URL('http://x/api/requests'), {
      command: 'start_domain',
      args: { domain: broker.find('build-server').id },
    });
    await waitFor(() => {
      expect(states()).toContain('working');
    });
    await user.click(within(inState('working')).getByTestId('request-cancel'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(states()[0]).toBe('cancelled');
    });
    expect(broker.find('build-server').state).toBe('shutdown');
  });

  it('that failed are asked for again', async () => {
    const { broker, user } = await showRequests('?command=start_domain');
    broker.setState(broker.find('maths-admin'), 'shutdown');
    const before = rows().length;
    await user.click(within(inState('failed')).getByTestId('request-retry'));
    await waitFor(() => {
      expect(rows()).toHaveLength(before + 1);
    });
    expect(broker.requests.at(-1)).toMatchObject({ command: 'start_domain', attempts: 1 });
  });
});

describe('the filter', () => {
  it.each([
    ['', {}],
    ['state=failed&state=nonsense&q=1', { state: ['failed'] }],
    ['text=%20&command=ping', { command: 'ping' }],
  ])('of "%s" is %o', (address, filter) => {
    expect(filterOf(new URLSearchParams(address))).toEqual(filter);
  });
});
