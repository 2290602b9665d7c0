import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage, localeOf } from './languages';

export interface Format {
  /** 10:32 */
  time: (iso: string) => string;
  /** 20 Nov, 18:02; with the year when it isn't this one */
  dateTime: (iso: string) => string;
  /** With seconds: 20 Nov 2026, 18:02:07 */
  exact: (iso: string) => string;
  /** The time with seconds when it is today, else date and time. */
  seconds: (iso: string) => string;
  /** Mon 23 Nov */
  day: (iso: string) => string;
  /** 23 – 29 Nov 2026 */
  days: (from: string, to: string) => string;
  /** Whether the instant lies on the reader's today. */
  isToday: (iso: string) => boolean;
  /** The time when it is today, else date and time. */
  moment: (iso: string) => string;
  number: (value: number) => string;
  percent: (hundredths: number) => string;
  /** 16.4 GB, in steps of 1000 as file managers write it */
  bytes: (value: number) => string;
  /** 512 MiB, 4 GiB */
  memory: (kib: number) => string;
  /** 3s, 2m, 1h 5m */
  duration: (seconds: number) => string;
  /** Monday, by its number; Sunday is 0 */
  weekday: (day: number) => string;
  /** One, two and three */
  list: (items: readonly string[]) => string;
  /** What is left, in seconds: 1h 5m, in the last ten minutes 9:05 */
  countdown: (seconds: number) => string;
  /** How long something took, in milliseconds: 140 ms, 3.4s, 2m */
  took: (ms: number) => string;
}

export function formatFor(locale: string, now: () => Date = () => new Date()): Format {
  const time = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
  });
  const dayAndYear = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  });
  const weekdayAndDay = new Intl.DateTimeFormat(locale, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
  });
  const days = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', year: 'numeric' });
  const seconds = new Intl.DateTimeFormat(locale, { timeStyle: 'medium' });
  const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium' });
  const weekday = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  const list = new Intl.ListFormat(locale);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 0 });
  const unit = (value: number, name: string, unitDisplay: 'short' | 'narrow' = 'narrow') =>
    new Intl.NumberFormat(locale, {
      style: 'unit',
      unit: name,
      unitDisplay,
      maximumFractionDigits: 1,
    }).format(value);

  const isToday = (iso: string) => new Date(iso).toDateString() === now().toDateString();
  const dateTime = (iso: string) => {
    const date = new Date(iso);
    return (date.getFullYear() === now().getFullYear() ? day : dayAndYear).format(date);
  };

  const duration = (seconds: number) => {
    const whole = Math.round(seconds);
    if (whole < 60) return unit(whole, 'second');
    const minutes = Math.floor(whole / 60);
    if (minutes < 60) return unit(minutes, 'minute');
    const rest = minutes % 60;
    const hours = unit(Math.floor(minutes / 60), 'hour');
    return rest === 0 ? hours : `${hours} ${unit(rest, 'minute')}`;
  };

  return {
    time: (iso) => time.format(new Date(iso)),
    dateTime,
    exact: (iso) => exact.format(new Date(iso)),
    seconds: (iso) => (isToday(iso) ? seconds.format(new Date(iso)) : dateTime(iso)),
    day: (iso) => weekdayAndDay.format(new Date(iso)),
    days: (from, to) => days.formatRange(new Date(from), new Date(to)),
    isToday,
    moment: (iso) => (isToday(iso) ? time.format(new Date(iso)) : dateTime(iso)),
    number: (value) => number.format(value),
    percent: (hundredths) => percent.format(hundredths / 100),
    bytes: (value) => {
      const names = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'];
      const step = value < 1000 ? 0 : Math.min(4, Math.floor(Math.log10(value) / 3));
      return unit(value / 1000 ** step, names[step] ?? 'byte', 'short');
    },
    memory: (kib) => {
      const mib = kib / 1024;
      return mib >= 1024 ? `${number.format(mib / 1024)} GiB` : `${number.format(mib)} MiB`;
    },
    duration,
    // the first of February 2026 is a Sunday
    weekday: (day) => weekday.format(Date.UTC(2026, 1, 1 + day)),
    list: (items) => list.format(items),
    countdown: (seconds) => {
      if (seconds >= 600) return duration(seconds);
      const whole = Math.ceil(seconds);
      return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
    },
    took: (ms) => {
      if (ms < 1000) return unit(Math.round(ms), 'millisecond', 'short');
      return ms < 60_000 ? unit(ms / 1000, 'second') : duration(ms / 1000);
    },
  };
}

export function useFormat(): Format {
  const { i18n } = useTranslation();
  return useMemo(
    () => formatFor(localeOf(isLanguage(i18n.language) ? i18n.language : 'en')),
    [i18n.language],
  );
}
