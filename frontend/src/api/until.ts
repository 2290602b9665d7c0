import {
  QueryObserver,
  type QueryClient,
  type QueryKey,
  type QueryObserverOptions,
} from '@tanstack/react-query';

/** Events bring news within milliseconds; this only bridges a lost stream. */
const safetyNetMs = 3000;

/** Follows a query until its data is accepted. Rejects when the query fails or the signal aborts. */
export function until<T, K extends QueryKey>(
  client: QueryClient,
  options: QueryObserverOptions<T, Error, T, T, K>,
  accept: (data: T) => boolean,
  signal: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const observer = new QueryObserver(client, {
      ...options,
      staleTime: 0,
      refetchInterval: safetyNetMs,
    });
    const stop = observer.subscribe((result) => {
      const { data } = result;
      if (data !== undefined && accept(data))
        finish(() => {
          resolve(data);
        });
      else if (result.error !== null && !result.isFetching)
        finish(() => {
          reject(result.error);
        });
    });
    const onAbort = () => {
      finish(() => {
        reject(signal.reason as Error);
      });
    };
    signal.addEventListener('abort', onAbort, { once: true });

    let finished = false;
    function finish(settle: () => void) {
      if (finished) return;
      finished = true;
      signal.removeEventListener('abort', onAbort);
      // the observer may tell its first result before subscribe has returned
      queueMicrotask(() => {
        stop();
      });
      settle();
    }
  });
}
