/** A calendar's arithmetic, in the reader's own time zone. Days are 2026-11-23. */

/** The reader's, such as Europe/Madrid. */
export const ownZone = Intl.DateTimeFormat().resolvedOptions().timeZone;

export interface Span {
  starts_at: string;
  ends_at: string;
}

/** Where something lies within the hours that are shown, and beside how many others. */
export interface Placed<T> {
  entry: T;
  /** Hours from the first that is shown. */
  top: number;
  /** In hours. */
  height: number;
  lane: number;
  lanes: number;
}

export function dayOf(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** What a clock of a zone shows at an instant. */
export function onTheWall(iso: string, timeZone: string): { day: string; time: string } {
  // Swedish writes days and times as the fields of forms do
  const text = new Date(iso).toLocaleString('sv-SE', { timeZone });
  return { day: text.slice(0, 10), time: text.slice(11, 16) };
}

/** Midnight at which a day begins. */
export function startOf(day: string): Date {
  return new Date(`${day}T00:00:00`);
}

export function addDays(day: string, count: number): string {
  const date = startOf(day);
  date.setDate(date.getDate() + count);
  return dayOf(date);
}

/** The Monday on or before a day. */
export function mondayOf(day: string): string {
  return addDays(day, -((startOf(day).getDay() + 6) % 7));
}

export function weekOf(monday: string): string[] {
  return [0, 1, 2, 3, 4, 5, 6].map((count) => addDays(monday, count));
}

export function isDay(text: string | null): text is string {
  return (
    text !== null && /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(startOf(text).getTime())
  );
}

/** What of it lies within a day, in hours from its midnight as a clock on the wall shows them; null when nothing does. */
function within(span: Span, day: string): { from: number; to: number } | null {
  const begin = startOf(day);
  const end = startOf(addDays(day, 1));
  const starts = new Date(span.starts_at);
  const ends = new Date(span.ends_at);
  if (starts >= end || ends <= begin) return null;
  const clock = (date: Date) => date.getHours() + date.getMinutes() / 60;
  return {
    from: starts <= begin ? 0 : clock(starts),
    to: ends >= end ? 24 : clock(ends),
  };
}

export function entriesOf<T extends Span>(entries: readonly T[], day: string): T[] {
  return entries
    .filter((entry) => within(entry, day) !== null)
    .sort((a, b) => a.starts_at.localeCompare(b.starts_at));
}

/** The hours of a working day, and those before and after in which there is something. */
export function hoursOf(entries: readonly Span[], days: readonly string[]): number[] {
  const spans = days.flatMap((day) => entries.flatMap((entry) => within(entry, day) ?? []));
  const first = Math.floor(Math.min(8, ...spans.map(({ from }) => from)));
  const last = Math.ceil(Math.max(20, ...spans.map(({ to }) => to)));
  return Array.from({ length: last - first }, (_, i) => first + i);
}

/** What overlaps stands side by side. */
export function place<T extends Span>(
  entries: readonly T[],
  day: string,
  firstHour: number,
): Placed<T>[] {
  const placed: Placed<T>[] = [];
  let group: Placed<T>[] = [];
  let groupEnd = 0;
  const close = () => {
    const lanes = 1 + Math.max(-1, ...group.map(({ lane }) => lane));
    placed.push(...group.map((one) => ({ ...one, lanes })));
    group = [];
  };
  for (const entry of entriesOf(entries, day)) {
    const span = within(entry, day);
    if (span === null) continue;
    const top = span.from - firstHour;
    if (top >= groupEnd) close();
    const isFree = (lane: number) =>
      group.every((one) => one.lane !== lane || one.top + one.height <= top);
    let lane = 0;
    while (!isFree(lane)) lane += 1;
    const height = span.to - span.from;
    group.push({ entry, top, height, lane, lanes: 1 });
    groupEnd = Math.max(groupEnd, top + height);
  }
  close();
  return placed;
}
