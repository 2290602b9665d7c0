/** What a server-sent event tells: something changed, here is what. Never the data itself. */
export interface Hint {
  kind: string;
  request_id?: number | null;
  domain_id?: string | null;
  state?: string | null;
  progress?: number | null;
  progress_text?: string | null;
}

export type StreamState = 'connecting' | 'live' | 'lost';

interface Listener {
  onHint: (hint: Hint) => void;
  /** From now on hints come. What was read before may be old. */
  onLive: () => void;
  onState: (state: StreamState) => void;
}

const kinds = ['request', 'domain', 'base', 'image', 'node', 'user', 'message'];
const firstWaitMs = 1000;
const longestWaitMs = 30_000;

/**
 * Keeps /api/events open. The browser's own EventSource gives up on an HTTP error and hammers
 * every three seconds otherwise, so each try here is a new EventSource after a growing wait.
 */
export class EventStream {
  private source: EventSource | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private waitMs = firstWaitMs;

  constructor(private readonly listener: Listener) {}

  open(): void {
    this.close();
    const source = new EventSource('/api/events');
    this.source = source;
    source.addEventListener('hello', () => {
      this.waitMs = firstWaitMs;
      this.listener.onState('live');
      this.listener.onLive();
    });
    // this browser was too slow for some hints
    source.addEventListener('reload', () => {
      this.listener.onLive();
    });
    for (const kind of kinds) {
      source.addEventListener(kind, (event: MessageEvent<string>) => {
        this.listener.onHint({ ...(JSON.parse(event.data) as object), kind });
      });
    }
    source.onerror = () => {
      this.close();
      this.listener.onState('lost');
      // spread out, so that a restarted server isn't met by all browsers at once
      this.timer = setTimeout(
        () => {
          this.open();
        },
        this.waitMs * (0.5 + Math.random()),
      );
      this.waitMs = Math.min(this.waitMs * 2, longestWaitMs);
    };
  }

  /** Tries now instead of when the wait is over. */
  retry(): void {
    this.waitMs = firstWaitMs;
    this.listener.onState('connecting');
    this.open();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
    this.source = null;
  }
}
