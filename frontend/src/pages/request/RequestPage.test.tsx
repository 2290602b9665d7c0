import { screen, waitFor } from '@testing-library/react';
import { describe, expect, it } from 'vitest';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';
import { newRequest } from '../../../mock/things';
import { timelineOf } from './timeline';

describe('a request', () => {
  it('tells why it failed, each attempt, and what belongs to it in traces', async () => {
    const broker = stubBroker().signInAs('admin');
    const failed = broker.requests.find((r) => r.state === 'failed');
    await showPortal(`/requests/${failed?.id ?? 0}`);
    expect(await screen.findByTestId('request-error')).toHaveTextContent('Restore maths-admin');
    expect(screen.getByTestId('request-error')).toHaveTextContent('disk_missing');
    const kinds = screen.getAllByTestId('request-step').map((step) => step.dataset.kind);
    expect(kinds).toEqual(['queue', 'step', 'error', 'step', 'error', 'step', 'error']);
    expect(screen.getByText(failed?.trace_id ?? '-')).toBeVisible();
  });

  it('is asked for again, and the page goes on with the new one', async () => {
    const broker = stubBroker().signInAs('admin');
    broker.setState(broker.find('maths-admin'), 'shutdown');
    const failed = broker.requests.find((r) => r.state === 'failed');
    const { user, router } = await showPortal(`/requests/${failed?.id ?? 0}`);
    await user.click(await screen.findByTestId('request-retry'));
    await waitFor(() => {
      expect(router.state.location.pathname).toBe(`/requests/${broker.requests.length}`);
    });
    await waitFor(() => {
      expect(screen.getByTestId('request')).toHaveAttribute('data-state', 'done');
    });
    // what is seen here needs no message on top of it
    await waitFor(() => {
      const about = broker.messages.find((m) => m.request_id === broker.requests.length);
      expect(about?.read_at).toBeTruthy();
    });
    expect(screen.queryByTestId('message-toast')).toBeNull();
  });

  it('says its place in the queue and when it is expected to start', async () => {
    const broker = stubBroker().signInAs('admin');
    const expected_start_at = new Date(Date.now() + 90_000).toISOString();
    const waits_for = { reason: 'lane', text: '', until: null, request_id: null } as const;
    const id = broker.requests.length + 1;
    broker.requests.push(
      newRequest({
        id,
        command: 'start_domain',
        state: 'waiting',
        waits_for,
        position: { ahead: 2, expected_start_at },
      }),
    );
    await showPortal(`/requests/${id}`);
    const wait = await screen.findByTestId('request-wait');
    expect(wait).toHaveTextContent(/number 3 in the queue, expected to start at \d+:\d+/);
    expect(wait).toHaveTextContent('as soon as one ends');
  });

  it('of oneself can be seen without being an administrator, others cannot', async () => {
    const broker = stubBroker().signInAs('ana');
    const own = broker.requests.find((r) => r.user?.name === 'ana');
    await showPortal(`/requests/${own?.id ?? 0}`);
    expect(await screen.findByTestId('request')).toBeVisible();
    expect(screen.queryByText('← All requests')).toBeNull();
  });

  it('that does not exist is said not to', async () => {
    stubBroker().signInAs('admin');
    await showPortal('/requests/9999');
    expect(await screen.findByText("This doesn't exist, or it isn't yours.")).toBeVisible();
  });
});

describe('the timeline', () => {
  const at = (seconds: number) => new Date(Date.UTC(2026, 10, 21) + seconds * 1000).toISOString();
  const ms = (seconds: number) => Date.parse(at(seconds));
  const step = (seconds: number, attempt: number, took_ms: number | null) => ({
    at: at(seconds),
    attempt,
    percent: 50,
    text: 'A step.',
    took_ms,
  });

  it('ends a step where it ended, the last one of a request in work now', () => {
    const { spans } = timelineOf(
      newRequest({
        id: 1,
        command: 'clone',
        state: 'working',
        created_at: at(0),
        started_at: at(1),
        steps: [step(1, 1, 2000), step(3, 1, null)],
      }),
      ms(10),
    );
    expect(spans.map(({ kind, from, to, isOpen }) => [kind, from, to, isOpen])).toEqual([
      ['queue', ms(0), ms(1), false],
      ['step', ms(1), ms(3), false],
      ['step', ms(3), ms(10), true],
    ]);
  });

  it('leaves the work most of the room after a long wait', () => {
    const { from, to } = timelineOf(
      newRequest({
        id: 1,
        command: 'clone',
        state: 'done',
        created_at: at(0),
        started_at: at(5000),
        ended_at: at(5007),
        steps: [step(5000, 1, 7000)],
      }),
      ms(9999),
    );
    expect([from, to]).toEqual([ms(4997), ms(5007)]);
  });

  it('shows a failed attempt where it failed', () => {
    const { spans } = timelineOf(
      newRequest({
        id: 1,
        command: 'clone',
        state: 'working',
        created_at: at(0),
        started_at: at(1),
        attempts: 2,
        steps: [step(1, 1, 4000), step(20, 2, null)],
        attempt_errors: [{ at: at(5), code: 'busy', message: 'It is busy.' }],
      }),
      ms(22),
    );
    expect(spans.map(({ kind, from, to }) => [kind, from, to])).toEqual([
      ['queue', ms(0), ms(1)],
      ['step', ms(1), ms(5)],
      ['error', ms(5), ms(5)],
      ['step', ms(20), ms(22)],
    ]);
  });

  it('that is done by others tells how far they are, and they tell what they are part of', async () => {
    const broker = stubBroker().signInAs('admin');
    const whole = found(broker.requests.find(({ command }) => command === 'start_clones'));
    const { user } = await showPortal(`/requests/${whole.id}`);
    expect(await screen.findByTestId('request-caused')).toHaveTextContent('0 of 1 done · 1 failed');
    await user.click(await screen.findByRole('link', { name: 'Start · maths-admin' }));
    expect(await screen.findByRole('link', { name: `Request ${whole.id}` })).toBeVisible();
  });
});
