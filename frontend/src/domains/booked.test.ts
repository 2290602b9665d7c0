import { describe, expect, it } from 'vitest';
import { bookingEntry } from '../../mock/bookings';
import { bookedAway } from './booked';

const at = (time: string) => Date.parse(`2026-11-24T${time}:00Z`);
const entry = (id: number, from: string, until: string, fields = {}) =>
  bookingEntry({
    id,
    starts_at: new Date(at(from)).toISOString(),
    ends_at: new Date(at(until)).toISOString(),
    ...fields,
  });
const told = (entries: ReturnType<typeof entry>[], time: string, base: string | null = 'b') => {
  const away = bookedAway(entries, base, at(time));
  return away && [away.entry.id, away.isNow];
};

describe('what is booked for others', () => {
  it('keeps away from its beginning until just before its end', () => {
    const entries = [entry(1, '10:00', '12:00')];
    expect(told(entries, '10:00')).toEqual([1, true]);
    expect(told(entries, '11:59')).toEqual([1, true]);
    expect(told(entries, '12:00')).toBeNull();
  });

  it('is told a day before it begins, the first of them', () => {
    const entries = [entry(2, '18:00', '19:00'), entry(1, '10:00', '12:00')];
    expect(told(entries, '09:00')).toEqual([1, false]);
    expect(told(entries, '12:00')).toEqual([2, false]);
    expect(bookedAway(entries, 'b', at('09:00') - 24 * 3_600_000)).toBeNull();
  });

  it('is what ends last of those that hold at a time', () => {
    expect(told([entry(1, '10:00', '12:00'), entry(2, '09:00', '13:00')], '11:00')).toEqual([
      2,
      true,
    ]);
  });

  it('counts for nothing while something is booked for the reader, too', () => {
    const entries = [entry(1, '10:00', '14:00'), entry(2, '09:00', '12:00', { is_for_me: true })];
    expect(told(entries, '08:00')).toBeNull();
    expect(told(entries, '11:00')).toBeNull();
    expect(told(entries, '12:00')).toEqual([1, true]);
  });

  it('is about its bases, or about all', () => {
    const entries = [entry(1, '10:00', '12:00', { on_bases: [{ id: 'b', name: 'Base' }] })];
    expect(told(entries, '11:00', 'b')).toEqual([1, true]);
    expect(told(entries, '11:00', 'other')).toBeNull();
    expect(told(entries, '11:00', null)).toBeNull();
    expect(told([entry(1, '10:00', '12:00')], '11:00', null)).toEqual([1, true]);
  });
});
