import type { QueryClient, QueryKey } from '@tanstack/react-query';
import type { Request } from '@/api/types';
import type { Hint } from './stream';

/** Which cached answers a hint makes stale. */
export function touched(hint: Hint): QueryKey[] {
  switch (hint.kind) {
    case 'request':
      return [
        ['requests'],
        ['schedules'],
        ['backups'],
        ['unknown_machines'],
        ['request', hint.request_id],
        ...(hint.domain_id == null ? [] : [['domain', hint.domain_id]]),
        ['domains'],
        ['desktops'],
      ];
    case 'message':
      return [['messages']];
    case 'domain':
    case 'base':
      return [
        ...(hint.domain_id == null ? [['domain']] : [['domain', hint.domain_id]]),
        ['domains'],
        ['desktops'],
        ['own_limits'],
      ];
    case 'image':
      return [['library'], ['desktops'], ['domains']];
    case 'node':
      return [['nodes'], ['health'], ['domains']];
    case 'user':
      // whoever it is about may see other bases now
      return [
        ['users'],
        ['user'],
        ['groups'],
        ['group'],
        ['session'],
        ['desktops'],
        ['own_limits'],
      ];
    default:
      return [];
  }
}

/**
 * Gathers hints for a moment and then reloads each touched query once: a class that starts its
 * desktops together makes hundreds of hints in a second.
 */
export class HintGatherer {
  private keys = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly client: QueryClient,
    private readonly gatherMs = 120,
  ) {}

  add(hint: Hint): void {
    this.showProgress(hint);
    for (const key of touched(hint)) this.keys.set(JSON.stringify(key), key);
    this.timer ??= setTimeout(() => {
      this.flush();
    }, this.gatherMs);
  }

  stop(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.keys.clear();
  }

  private flush(): void {
    const keys = [...this.keys.values()];
    this.stop();
    for (const queryKey of keys) void this.client.invalidateQueries({ queryKey });
  }

  /** Progress moves at once; the reload that follows brings the rest. */
  private showProgress(hint: Hint): void {
    if (hint.kind !== 'request' || hint.request_id == null || hint.progress == null) return;
    const { progress, progress_text } = hint;
    this.client.setQueryData(['request', hint.request_id], (old: Request | undefined) =>
      old === undefined
        ? old
        : { ...old, progress, progress_text: progress_text ?? old.progress_text },
    );
  }
}
