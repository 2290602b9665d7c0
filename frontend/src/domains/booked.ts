import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { bookingsQuery } from '@/api/bookings';
import type { BookingEntry } from '@/api/types';
import { useNow } from '@/components/useNow';

const dayMs = 86_400_000;

/** What keeps the reader from desktops of a base at the moment; it is told what ends last. */
export function useBookedNow(): (base: string | null) => BookingEntry | null {
  const [from] = useState(() => new Date().toISOString());
  const { data: entries = [] } = useQuery(
    bookingsQuery(from, new Date(Date.parse(from) + dayMs).toISOString()),
  );
  const others = entries.filter((entry) => !entry.is_for_me);
  const now = useNow(others.length > 0);
  return (base) =>
    others
      .filter(
        ({ starts_at, ends_at, on_bases }) =>
          Date.parse(starts_at) <= now &&
          now < Date.parse(ends_at) &&
          (on_bases.length === 0 || on_bases.some(({ id }) => id === base)),
      )
      .sort((a, b) => b.ends_at.localeCompare(a.ends_at))[0] ?? null;
}
