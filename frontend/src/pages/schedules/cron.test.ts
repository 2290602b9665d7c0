import { describe, expect, it } from 'vitest';
import { cronOf, patternOf } from './cron';

const every = {
  minutes: null,
  hours: null,
  days_of_month: null,
  months: null,
  days_of_week: null,
};

describe('when something recurs', () => {
  it.each([
    [
      { minutes: [0], hours: [23] },
      { kind: 'daily', times: ['23:00'] },
    ],
    [
      { minutes: [0, 30], hours: [8, 20] },
      { kind: 'daily', times: ['08:00', '08:30', '20:00', '20:30'] },
    ],
    [
      { minutes: [30], hours: [6], days_of_week: [1, 5] },
      { kind: 'weekly', times: ['06:30'], weekdays: [1, 5] },
    ],
    [
      { minutes: [15], hours: [4], days_of_month: [1] },
      { kind: 'monthly', times: ['04:15'], day: 1 },
    ],
    [{ minutes: [0, 15, 30, 45] }, { kind: 'minutes', minutes: 15 }],
    [{}, { kind: 'minutes', minutes: 1 }],
    [{ minutes: [5] }, { kind: 'hourly', minute: 5 }],
  ])('%j has words', (fields, pattern) => {
    expect(patternOf({ ...every, ...fields })).toEqual(pattern);
  });

  it.each([
    { minutes: [0], hours: [23], months: [2] },
    { minutes: [0], hours: [23], days_of_month: [1], days_of_week: [1] },
    { minutes: [0], hours: [23], days_of_month: [1, 15] },
    { minutes: [0, 1, 2, 3, 4, 5, 6], hours: [8] },
    { minutes: [0, 7, 14] },
    { hours: [8] },
    { minutes: [5], days_of_week: [1] },
  ])('%j stays as it was written', (fields) => {
    expect(patternOf({ ...every, ...fields })).toBeNull();
  });

  it('is written as a crontab has it', () => {
    expect(cronOf('23:05', 'daily')).toBe('5 23 * * *');
    expect(cronOf('06:30', 'workdays')).toBe('30 6 * * mon-fri');
  });
});
