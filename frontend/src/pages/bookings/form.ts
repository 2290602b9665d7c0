import type { BookingPlan } from '@/api/bookings';
import type { BookedDays, BookingChange, BookingEntry } from '@/api/types';
import { onTheWall, ownZone, startOf } from './week';

/** What the form's fields hold. */
export interface Values {
  title: string;
  description: string;
  first: string;
  last: string;
  /** Numbers of days, as text; Sunday is 0. */
  weekdays: string[];
  from: string;
  until: string;
  time_zone: string;
  colour: string;
  private: boolean;
  users: string[];
  groups: string[];
  bases: string[];
}

/** Monday first. */
export const weekdays = ['1', '2', '3', '4', '5', '6', '0'] as const;

export function newValues(day: string): Values {
  return {
    title: '',
    description: '',
    first: day,
    last: day,
    weekdays: [...weekdays],
    from: '10:00',
    until: '12:00',
    time_zone: ownZone,
    colour: '#1971c2',
    private: false,
    users: [],
    groups: [],
    bases: [],
  };
}

/** A day of a booking, by the clocks for which it was meant. */
export function valuesOf(entry: BookingEntry): Values {
  const starts = onTheWall(entry.starts_at, entry.time_zone);
  return {
    ...newValues(starts.day),
    title: entry.title ?? '',
    description: entry.description ?? '',
    from: starts.time,
    until: onTheWall(entry.ends_at, entry.time_zone).time,
    time_zone: entry.time_zone,
    colour: entry.colour,
    private: entry.visibility === 'private',
    users: [...(entry.for_users ?? [])],
    groups: [...(entry.for_groups ?? [])],
    bases: entry.on_bases.map(({ id }) => id),
  };
}

/** What a new one asks for. */
export function planOf(values: Values, despite: boolean): BookingPlan {
  const { title, description, first, last, from, until, time_zone, colour } = values;
  const isEach = values.weekdays.length === weekdays.length || last <= first;
  return {
    entry: null,
    form: {
      title: title.trim(),
      description: description.trim(),
      first_day: first,
      last_day: last,
      days_of_week: isEach ? null : values.weekdays.map(Number),
      from,
      until,
      time_zone,
      colour,
      visibility: values.private ? 'private' : 'public',
      for_users: values.users,
      for_groups: values.groups,
      on_bases: values.bases,
      despite_conflicts: despite,
    },
  };
}

/** What a change asks for: only what is another now, for the other days may differ in the rest. */
export function changeOf(
  entry: BookingEntry,
  which: BookedDays,
  values: Values,
  despite: boolean,
): BookingPlan {
  const before = valuesOf(entry);
  const change: BookingChange = { despite_conflicts: despite };
  if (values.title !== before.title) change.title = values.title.trim();
  if (values.description !== before.description) change.description = values.description.trim();
  if (which === 'this' && values.first !== before.first) change.day = values.first;
  if (values.from !== before.from) change.from = values.from;
  if (values.until !== before.until) change.until = values.until;
  if (values.private !== before.private) change.visibility = values.private ? 'private' : 'public';
  if (values.users.join() !== before.users.join()) change.for_users = values.users;
  if (values.groups.join() !== before.groups.join()) change.for_groups = values.groups;
  if (values.bases.join() !== before.bases.join()) change.on_bases = values.bases;
  return { entry: entry.id, which, change };
}

/** Whether its end is on the day after: it is not later than its beginning. */
export function endsNextDay({ from, until }: Values): boolean {
  return until <= from;
}

/** Whether the fields can be asked about. */
export function isWhole({ first, last, from, until }: Values): boolean {
  return (
    [first, last].every((day) => !Number.isNaN(startOf(day).getTime())) &&
    from !== '' &&
    until !== ''
  );
}
