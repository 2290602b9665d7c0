import { describe, expect, it } from 'vitest';
import { addDays, hoursOf, isDay, mondayOf, place, weekOf } from './week';

const span = (from: string, to: string) => ({
  starts_at: new Date(from).toISOString(),
  ends_at: new Date(to).toISOString(),
});

describe('a week', () => {
  it('begins on Monday, also when it is asked for by its Sunday', () => {
    expect(mondayOf('2026-11-22')).toBe('2026-11-16');
    expect(mondayOf('2026-11-16')).toBe('2026-11-16');
    expect(weekOf('2026-11-30').at(-1)).toBe('2026-12-06');
  });

  it('has seven days also when a clock changes in it', () => {
    expect(weekOf('2026-03-23').at(-1)).toBe('2026-03-29');
    expect(addDays('2026-10-25', 1)).toBe('2026-10-26');
  });

  it('is nothing that is not a day', () => {
    expect(isDay('2026-11-22')).toBe(true);
    expect(isDay('2026-13-45')).toBe(false);
    expect(isDay('today')).toBe(false);
    expect(isDay(null)).toBe(false);
  });

  it('shows the working hours, and more when there is something in them', () => {
    const days = weekOf('2026-11-16');
    expect(hoursOf([], days)).toEqual([8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19]);
    const late = span('2026-11-17T20:30', '2026-11-17T21:15');
    expect(hoursOf([late], days).at(-1)).toBe(21);
    const elsewhere = span('2026-11-24T05:00', '2026-11-24T06:00');
    expect(hoursOf([elsewhere], days)[0]).toBe(8);
  });
});

describe('the bookings of a day', () => {
  it('lie where their hours are', () => {
    const [one] = place([span('2026-11-17T10:15', '2026-11-17T12:00')], '2026-11-17', 8);
    expect(one).toMatchObject({ top: 2.25, height: 1.75, lane: 0, lanes: 1 });
  });

  it('stand side by side where they overlap, and have all the width where they only touch', () => {
    const all = [
      span('2026-11-17T08:00', '2026-11-17T10:00'),
      span('2026-11-17T09:00', '2026-11-17T11:00'),
      span('2026-11-17T10:00', '2026-11-17T11:00'),
      span('2026-11-17T11:00', '2026-11-17T12:00'),
    ];
    expect(place(all, '2026-11-17', 8).map(({ lane, lanes }) => [lane, lanes])).toEqual([
      [0, 2],
      [1, 2],
      [0, 2],
      [0, 1],
    ]);
  });

  it('that go on past midnight are on both days', () => {
    const night = span('2026-11-17T22:00', '2026-11-18T02:00');
    expect(place([night], '2026-11-17', 0)[0]).toMatchObject({ top: 22, height: 2 });
    expect(place([night], '2026-11-18', 0)[0]).toMatchObject({ top: 0, height: 2 });
    expect(place([night], '2026-11-19', 0)).toEqual([]);
  });
});
