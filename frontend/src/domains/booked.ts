import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { bookingsQuery } from '@/api/bookings';
import type { BookingEntry } from '@/api/types';
import { useNow } from '@/components/useNow';

const weekMs = 7 * 86_400_000;
/** How long before it begins somebody is told whose desktop runs. */
const soonMs = 24 * 3_600_000;

/** What keeps the reader from a base's desktops. */
export interface BookedAway {
  entry: BookingEntry;
  /** It holds already; else it begins within a day. */
  isNow: boolean;
}

/**
 * The booking that keeps whoever reads it from desktops of a base, or is about to; null when none
 * does. Of several that hold at a time the last to end is told, and one that is for the reader
 * counts for more than all others.
 */
export function bookedAway(
  entries: readonly BookingEntry[],
  base: string | null,
  now: number,
): BookedAway | null {
  const here = entries.filter(
    ({ on_bases }) => on_bases.length === 0 || on_bases.some(({ id }) => id === base),
  );
  const against = (at: number) => {
    const current = here.filter(
      ({ starts_at, ends_at }) => Date.parse(starts_at) <= at && at < Date.parse(ends_at),
    );
    if (current.some(({ is_for_me }) => is_for_me)) return null;
    return current.sort((a, b) => b.ends_at.localeCompare(a.ends_at))[0] ?? null;
  };
  const current = against(now);
  if (current !== null) return { entry: current, isNow: true };
  const starts = here
    .map(({ starts_at }) => Date.parse(starts_at))
    .filter((at) => now < at && at <= now + soonMs)
    .sort((a, b) => a - b);
  for (const at of starts) {
    const entry = against(at);
    if (entry !== null) return { entry, isNow: false };
  }
  return null;
}

/** The same as time goes by. */
export function useBookedAway(): (base: string | null) => BookedAway | null {
  const [from] = useState(() => new Date());
  const { data: entries = [] } = useQuery(
    bookingsQuery(from.toISOString(), new Date(from.getTime() + weekMs).toISOString()),
  );
  const now = useNow(entries.some(({ is_for_me }) => !is_for_me));
  return (base) => bookedAway(entries, base, now);
}
