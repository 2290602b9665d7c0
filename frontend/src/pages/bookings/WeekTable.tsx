import { Box, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { BookingEntry } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { useEntryWords } from './useEntryWords';
import { dayOf, hoursOf, place, startOf } from './week';
import classes from './WeekTable.module.css';

/** Height of an hour, as in the sheet. */
const hourRem = 3;

export interface CalendarProps {
  days: readonly string[];
  entries: readonly BookingEntry[];
  onOpen: (entry: BookingEntry) => void;
}

/** A week as a table: each booking stands in the cell of the hour at which it begins, and covers those that follow. */
export function WeekTable({ days, entries, onOpen }: CalendarProps) {
  const { t } = useTranslation('bookings');
  const format = useFormat();
  const words = useEntryWords();
  const hours = hoursOf(entries, days);
  const [first = 0] = hours;
  const today = dayOf(new Date());
  const placed = new Map(days.map((day) => [day, place(entries, day, first)]));
  return (
    <div className={classes.frame}>
      <table className={classes.week} data-testid="bookings-week">
        <caption className="visually-hidden">{t('week_caption')}</caption>
        <thead>
          <tr>
            <th scope="col">
              <span className="visually-hidden">{t('hour')}</span>
            </th>
            {days.map((day) => (
              <th key={day} scope="col" aria-current={day === today ? 'date' : undefined}>
                {format.day(startOf(day).toISOString())}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {hours.map((hour) => (
            <tr key={hour}>
              <th scope="row">{format.time(atHour(days[0] ?? today, hour))}</th>
              {days.map((day) => (
                <td key={day}>
                  {placed
                    .get(day)
                    ?.filter(({ top }) => Math.floor(top) === hour - first)
                    .map(({ entry, top, height, lane, lanes }) => (
                      <Box
                        key={entry.id}
                        component="button"
                        type="button"
                        className={classes.entry}
                        __vars={{ '--entry-colour': entry.colour }}
                        top={`${(top % 1) * hourRem}rem`}
                        h={`${height * hourRem}rem`}
                        left={`${(100 * lane) / lanes}%`}
                        w={`${100 / lanes}%`}
                        data-own={entry.is_for_me}
                        data-closed={entry.title === null}
                        onClick={() => {
                          onOpen(entry);
                        }}
                        data-testid="booking-entry"
                      >
                        <Text span className={classes.title}>
                          {entry.title === null && <IconLock size={12} aria-hidden />}
                          {words.title(entry)}
                        </Text>
                        <span className="visually-hidden">{` ${words.day(entry)} `}</span>
                        <span className={classes.times}>{words.times(entry)}</span>
                      </Box>
                    ))}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function atHour(day: string, hour: number): string {
  const date = startOf(day);
  date.setHours(hour);
  return date.toISOString();
}
