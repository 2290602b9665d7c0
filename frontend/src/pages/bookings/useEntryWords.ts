import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BookingEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { dayOf, onTheWall, ownZone, startOf } from './week';

/** What a booking is called, and when it is. */
export function useEntryWords() {
  const { t } = useTranslation('bookings');
  const format = useFormat();
  return useMemo(() => {
    const title = (entry: BookingEntry) => entry.title ?? t('booked');
    const times = ({ starts_at, ends_at }: BookingEntry) =>
      `${format.time(starts_at)}–${format.time(ends_at)}`;
    const day = ({ starts_at }: BookingEntry) =>
      format.day(startOf(dayOf(new Date(starts_at))).toISOString());
    /** For those who don't see where it stands. */
    const whole = (entry: BookingEntry) => `${title(entry)}, ${day(entry)}, ${times(entry)}`;
    /** By the clocks for which it was meant; null where they show what the reader's do. */
    const there = ({ starts_at, ends_at, time_zone }: BookingEntry) => {
      const from = onTheWall(starts_at, time_zone);
      if (from.time === onTheWall(starts_at, ownZone).time) return null;
      const until = onTheWall(ends_at, time_zone);
      const when = `${format.day(startOf(from.day).toISOString())}, ${from.time}–${until.time}`;
      return t('details.there_is', { when, zone: time_zone });
    };
    return { title, times, day, whole, there };
  }, [t, format]);
}
