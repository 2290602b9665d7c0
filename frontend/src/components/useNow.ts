import { useEffect, useState } from 'react';

const tickMs = 1000;

/** The time, each second anew for as long as something shown depends on it. In milliseconds since 1970. */
export function useNow(ticking: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!ticking) return;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, tickMs);
    return () => {
      clearInterval(timer);
    };
  }, [ticking]);
  return now;
}
