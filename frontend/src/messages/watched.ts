import type { Message } from '@/api/types';

/**
 * What somebody sees happen on the page needs no message on top of it. These are the requests and
 * machines that are being looked at in this tab.
 */
const requests = new Set<number>();
const domains = new Set<string>();

/** The steps of a request are shown, until the signal aborts. Its message may come after its end. */
export function watch(requestId: number, signal: AbortSignal): void {
  requests.add(requestId);
  signal.addEventListener('abort', () => requests.delete(requestId), { once: true });
}

/** A machine's state is shown, until the returned function is called. */
export function watchDomain(domainId: string): () => void {
  domains.add(domainId);
  return () => {
    domains.delete(domainId);
  };
}

export function isWatched({ kind, request_id, domain_id, state }: Message): boolean {
  // what Broker does by itself nobody sees coming
  if (kind !== 'request_ended') return false;
  if (request_id !== null && requests.has(request_id)) return true;
  // that it is off now can be seen; why it couldn't be started can't
  return state !== 'failed' && domain_id != null && domains.has(domain_id);
}

/** Id of the one toast about a request: what was asked for, then how it ended. */
export function toastOf(requestId: number): string {
  return `request-${requestId}`;
}
