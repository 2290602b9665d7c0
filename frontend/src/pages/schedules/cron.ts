import type { When } from '@/api/types';

/**
 * When something recurs, as far as a few words can say it: at a time of the day, every day, on some
 * days of the week, or on a day of the month; or every so many minutes.
 */
export type Pattern =
  | { kind: 'daily'; times: string[] }
  | { kind: 'weekly'; times: string[]; weekdays: readonly number[] }
  | { kind: 'monthly'; times: string[]; day: number }
  | { kind: 'minutes'; minutes: number }
  | { kind: 'hourly'; minute: number };

type Fields = Pick<When, 'minutes' | 'hours' | 'days_of_month' | 'months' | 'days_of_week'>;

const mostTimes = 6;

/** Monday to Friday. Sunday is 0. */
export const workdays: readonly number[] = [1, 2, 3, 4, 5];

/** What the fields of a crontab say; null when that takes more than a few words. */
export function patternOf(when: Fields): Pattern | null {
  const { minutes, hours, days_of_month: days, months, days_of_week: weekdays } = when;
  if (months !== null) return null;
  if (hours === null) return days === null && weekdays === null ? withinHours(minutes) : null;
  if (minutes === null || minutes.length * hours.length > mostTimes) return null;
  const times = hours.flatMap((hour) => minutes.map((minute) => `${two(hour)}:${two(minute)}`));
  if (days === null) {
    return weekdays === null ? { kind: 'daily', times } : { kind: 'weekly', times, weekdays };
  }
  const [day, ...others] = days;
  if (day === undefined || others.length > 0 || weekdays !== null) return null;
  return { kind: 'monthly', times, day };
}

/** The five fields for a time of the day ("23:00"), every day or from Monday to Friday. */
export function cronOf(time: string, days: 'daily' | 'workdays'): string {
  const [hour, minute] = time.split(':').map(Number);
  return `${minute ?? 0} ${hour ?? 0} * * ${days === 'daily' ? '*' : 'mon-fri'}`;
}

/** Each hour's minutes. */
function withinHours(minutes: readonly number[] | null): Pattern | null {
  if (minutes === null) return { kind: 'minutes', minutes: 1 };
  const [first, second] = minutes;
  if (first === undefined) return null;
  if (second === undefined) return { kind: 'hourly', minute: first };
  const isEven = minutes.every((minute, i) => minute === i * second);
  return isEven && minutes.length * second === 60 ? { kind: 'minutes', minutes: second } : null;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
