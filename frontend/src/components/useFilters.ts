import { useCallback, useEffect, useRef } from 'react';
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
  // the address changes a moment after it was set: a second filter must not take the first one back
  const latest = useRef(params);
  useEffect(() => {
    latest.current = params;
  }, [params]);
  const set = useCallback(
    (name: string, value: Value, typed = false) => {
      const next = new URLSearchParams(latest.current);
      next.delete(name);
      for (const one of typeof value === 'string' ? [value] : (value ?? [])) {
        if (one !== '') next.append(name, one);
      }
      latest.current = next;
      setParams(next, { replace: typed, preventScrollReset: true });
    },
    [setParams],
  );
  const clear = useCallback(() => {
    latest.current = new URLSearchParams();
    setParams({}, { preventScrollReset: true });
  }, [setParams]);
  return { params, set, clear };
}
