import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

/** A filter's value; several where it may have several; null or nothing takes it away. */
type Value = string | readonly string[] | null;

/**
 * Filters that live in the address, so that they can be sent to somebody and the back button
 * undoes them. While something is being typed only the last of it stays in the history.
 */
export function useFilters(): {
  params: URLSearchParams;
  set: (name: string, value: Value, typed?: boolean) => void;
  clear: () => void;
} {
  const [params, setParams] = useSearchParams();
  const set = useCallback(
    (name: string, value: Value, typed = false) => {
      setParams(
        (old) => {
          const next = new URLSearchParams(old);
          next.delete(name);
          for (const one of typeof value === 'string' ? [value] : (value ?? [])) {
            if (one !== '') next.append(name, one);
          }
          return next;
        },
        { replace: typed, preventScrollReset: true },
      );
    },
    [setParams],
  );
  const clear = useCallback(() => {
    setParams({}, { preventScrollReset: true });
  }, [setParams]);
  return { params, set, clear };
}
