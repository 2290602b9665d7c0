import { QueryClient } from '@tanstack/react-query';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HintGatherer, touched } from './hints';
import { EventStream, type StreamState } from './stream';

class FakeSource extends EventTarget {
  static all: FakeSource[] = [];
  onerror: (() => void) | null = null;
  closed = false;

  constructor() {
    super();
    FakeSource.all.push(this);
  }

  close() {
    this.closed = true;
  }

  say(event: string, data: unknown) {
    this.dispatchEvent(new MessageEvent(event, { data: JSON.stringify(data) }));
  }
}

const last = () => {
  const source = FakeSource.all.at(-1);
  if (!source) throw new Error('no source');
  return source;
};

beforeEach(() => {
  vi.useFakeTimers();
  FakeSource.all = [];
  vi.stubGlobal('EventSource', FakeSource);
});

afterEach(() => {
  vi.useRealTimers();
});

describe('the event stream', () => {
  function opened() {
    const states: StreamState[] = [];
    const onLive = vi.fn();
    const stream = new EventStream({
      onHint: () => undefined,
      onLive,
      onState: (state) => states.push(state),
    });
    stream.open();
    return { stream, states, onLive };
  }

  it('tells each time that it is live, the first time too, and when hints were lost', () => {
    const { onLive } = opened();
    expect(onLive).not.toHaveBeenCalled();
    last().say('hello', {});
    expect(onLive).toHaveBeenCalledTimes(1);
    last().say('reload', {});
    expect(onLive).toHaveBeenCalledTimes(2);
    last().onerror?.();
    vi.advanceTimersByTime(2000);
    last().say('hello', {});
    expect(onLive).toHaveBeenCalledTimes(3);
  });

  it('waits longer after each failure, and never longer than 45 seconds', () => {
    const { states } = opened();
    const waits: number[] = [];
    for (let i = 0; i < 8; i++) {
      const before = FakeSource.all.length;
      last().onerror?.();
      let waited = 0;
      while (FakeSource.all.length === before) {
        vi.advanceTimersByTime(250);
        waited += 250;
      }
      waits.push(waited);
    }
    expect(states.every((state) => state === 'lost')).toBe(true);
    expect(waits[0]).toBeLessThanOrEqual(1750);
    expect(Math.max(...waits)).toBeGreaterThan(10_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(45_250);
  });

  it('tries no more once it is closed', () => {
    const { stream } = opened();
    last().onerror?.();
    stream.close();
    vi.advanceTimersByTime(120_000);
    expect(FakeSource.all).toHaveLength(1);
  });
});

describe('hints', () => {
  it('of a moment reload each query once', () => {
    const client = new QueryClient();
    const invalidate = vi.spyOn(client, 'invalidateQueries').mockResolvedValue();
    const gatherer = new HintGatherer(client, 100);
    for (let i = 0; i < 50; i++) gatherer.add({ kind: 'domain', domain_id: 'a' });
    vi.advanceTimersByTime(100);
    const keys = invalidate.mock.calls.map(([filter]) => filter?.queryKey);
    expect(keys).toEqual([['domain', 'a'], ['domains'], ['desktops'], ['own_limits']]);
  });

  it('show progress before anything is reloaded', () => {
    const client = new QueryClient();
    client.setQueryData(['request', 7], { id: 7, progress: 10, progress_text: 'Copying.' });
    new HintGatherer(client).add({ kind: 'request', request_id: 7, progress: 60 });
    expect(client.getQueryData(['request', 7])).toEqual({
      id: 7,
      progress: 60,
      progress_text: 'Copying.',
    });
  });

  it('of a kind that a newer server sends are passed over', () => {
    expect(touched({ kind: 'weather' })).toEqual([]);
  });
});
