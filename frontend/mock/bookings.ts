/** What is booked, for whom and when: without time zones, for the mock's clocks are all the reader's. */
import type {
  BookedDays,
  BookingAnswer,
  BookingChange,
  BookingEntry,
  BookingForm,
} from '../src/api/types';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import { ok, problem, type Account, type Answer } from './things';

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export const bookingRoutes: Routes = {
  'GET bookings': (broker, { user, query }) =>
    ok({
      entries: broker.bookings
        .filter(
          (e) => e.ends_at > (query.get('from') ?? '') && e.starts_at < (query.get('until') ?? '~'),
        )
        .map((entry) => seenBy(user, entry)),
    }),
  'POST bookings': (broker, { user, fields, query }) => {
    const form = fields as unknown as BookingForm;
    const booking_id = 1 + Math.max(0, ...broker.bookings.map((e) => e.booking_id));
    const first = 1 + Math.max(0, ...broker.bookings.map((e) => e.id));
    const made = daysOf(form).map((day, i) =>
      bookingEntry({
        ...timesOf(day, form.from, form.until),
        id: first + i,
        booking_id,
        owner: user.name,
        title: form.title,
        description: form.description ?? null,
        visibility: form.visibility ?? 'public',
        on_bases: basesOf(broker, form.on_bases ?? []),
        for_users: form.for_users ?? [],
        for_groups: form.for_groups ?? [],
      }),
    );
    return write(broker, user, made, form.despite_conflicts, query);
  },
  'PUT bookings/*': setEntries,
  'DELETE bookings/*': setEntries,
};

/** One day of a booking, below `entries`. */
function setEntries(broker: MockBroker, call: Call): Answer {
  const one = broker.bookings.find((e) => e.id === Number(call.verb));
  if (one === undefined)
    return problem(404, 'unknown_booking', 'There is no such day of a booking.');
  const meant = picked(broker.bookings, one, (call.query.get('which') ?? 'this') as BookedDays);
  if (call.method === 'DELETE') {
    broker.bookings = broker.bookings.filter((e) => !meant.includes(e));
    return { status: 204 };
  }
  const change = call.fields as BookingChange;
  const changed = meant.map((entry): BookingEntry => {
    const before = new Date(entry.starts_at).toLocaleString('sv-SE');
    const after = new Date(entry.ends_at).toLocaleString('sv-SE');
    return {
      ...entry,
      ...timesOf(
        change.day ?? before.slice(0, 10),
        change.from ?? before.slice(11, 16),
        change.until ?? after.slice(11, 16),
      ),
      title: change.title ?? entry.title,
      description: change.description ?? entry.description,
      visibility: change.visibility ?? entry.visibility,
    };
  });
  return write(broker, call.user, changed, change.despite_conflicts, call.query);
}

function write(
  broker: MockBroker,
  user: Account,
  entries: BookingEntry[],
  despite: boolean | undefined,
  query: URLSearchParams,
): Answer {
  const ids = entries.map(({ id }) => id);
  const others = broker.bookings.filter(({ id }) => !ids.includes(id));
  const conflicts = entries.flatMap((entry) =>
    others
      .filter((other) => isTwice(entry, other))
      .map((other) => ({
        starts_at: entry.starts_at,
        ends_at: entry.ends_at,
        how: 'same' as const,
        with: seenBy(user, other),
      })),
  );
  const booking_id = entries[0]?.booking_id ?? null;
  const answer: BookingAnswer = { booking_id, entries, conflicts };
  if (query.get('dry_run') === 'true') return ok(answer);
  if (conflicts.length > 0 && despite !== true) {
    return problem(409, 'booking_conflict', 'Something is booked then already.');
  }
  broker.bookings = [...others, ...entries];
  return ok(answer);
}

function isTwice(a: BookingEntry, b: BookingEntry): boolean {
  const bases = a.on_bases.map(({ id }) => id);
  const isSame =
    bases.length === 0 ||
    b.on_bases.length === 0 ||
    b.on_bases.some(({ id }) => bases.includes(id));
  return isSame && a.starts_at < b.ends_at && b.starts_at < a.ends_at;
}

function picked(
  all: readonly BookingEntry[],
  one: BookingEntry,
  which: BookedDays,
): BookingEntry[] {
  const weekday = ({ starts_at }: BookingEntry) => new Date(starts_at).getDay();
  return all.filter((e) => {
    if (e.booking_id !== one.booking_id) return false;
    switch (which) {
      case 'this':
        return e === one;
      case 'following':
        return e.starts_at >= one.starts_at;
      case 'following_of_weekday':
        return e.starts_at >= one.starts_at && weekday(e) === weekday(one);
      case 'all':
        return true;
    }
  });
}

function seenBy(user: Account, entry: BookingEntry): BookingEntry {
  const isMine = user.is_admin || entry.owner === user.name;
  const isFor = isMine || (entry.for_users ?? []).includes(user.name);
  const isSeen = isFor || entry.visibility === 'public';
  return {
    ...entry,
    title: isSeen ? entry.title : null,
    description: isSeen ? entry.description : null,
    is_for_me: isFor,
    may_change: isMine,
    for_users: isMine ? entry.for_users : null,
    for_groups: isMine ? entry.for_groups : null,
  };
}

function daysOf({ first_day, last_day, days_of_week }: BookingForm): string[] {
  const days: string[] = [];
  for (let at = new Date(`${first_day}T12:00`); ; at = new Date(at.getTime() + 86_400_000)) {
    const day = at.toLocaleString('sv-SE').slice(0, 10);
    if (day > last_day) return days;
    if (days_of_week == null || days_of_week.includes(at.getDay())) days.push(day);
  }
}

function timesOf(day: string, from: string, until: string) {
  return {
    starts_at: new Date(`${day}T${from}`).toISOString(),
    ends_at: new Date(`${day}T${until}`).toISOString(),
  };
}

function basesOf({ domains }: MockBroker, ids: readonly string[]) {
  return ids.map((id) => ({ id, name: domains.find((d) => d.id === id)?.name ?? id }));
}

export function bookingEntry(fields: Partial<BookingEntry> & { id: number }): BookingEntry {
  return {
    booking_id: fields.id,
    ...timesOf('2026-11-24', '10:00', '12:00'),
    time_zone: zone,
    colour: '#1971c2',
    visibility: 'public',
    title: 'Exam',
    description: null,
    owner: 'admin',
    is_for_me: false,
    may_change: false,
    on_bases: [],
    for_users: [],
    for_groups: [],
    ...fields,
  };
}

/** An exam and a private one in the week of the reader's today. */
export function seededBookings(): BookingEntry[] {
  const monday = new Date();
  monday.setDate(monday.getDate() - ((monday.getDay() + 6) % 7));
  const day = (days: number) => {
    const date = new Date(monday);
    date.setDate(date.getDate() + days);
    return date.toLocaleString('sv-SE').slice(0, 10);
  };
  return [
    ...[1, 3].map((days, i) =>
      bookingEntry({
        ...timesOf(day(days), '10:00', '12:00'),
        id: 1 + i,
        booking_id: 1,
        title: 'Statistics exam',
        description: 'Bring your student card.',
        for_groups: ['Statistics'],
        for_users: ['ana'],
        on_bases: [{ id: '00000000-0000-4000-8000-000000000103', name: 'maths' }],
      }),
    ),
    bookingEntry({
      ...timesOf(day(3), '11:00', '13:30'),
      id: 3,
      title: 'Meeting of the board',
      visibility: 'private',
      colour: '#862e9c',
      on_bases: [{ id: '00000000-0000-4000-8000-000000000101', name: 'debian-desktop' }],
    }),
    bookingEntry({
      ...timesOf(day(4), '15:15', '16:45'),
      id: 4,
      title: 'Network lab',
      colour: '#2b8a3e',
      owner: 'ana',
    }),
  ];
}
