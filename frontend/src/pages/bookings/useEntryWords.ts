import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { BookingEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { startOf, dayOf } from './week';

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
    return { title, times, day, whole };
  }, [t, format]);
}
