import { Box, Text, Title } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { startOf, entriesOf } from './week';
import { useFormat } from '@/i18n/format';
import { useEntryWords } from './useEntryWords';
import type { CalendarProps } from './WeekTable';
import classes from './DayList.module.css';

/** A week where there is no room for seven columns: its days one below the other. */
export function DayList({ days, entries, onOpen }: CalendarProps) {
  const { t } = useTranslation('bookings');
  const format = useFormat();
  const words = useEntryWords();
  return (
    <ol className={classes.days} data-testid="bookings-days">
      {days.map((day) => {
        const booked = entriesOf(entries, day);
        return (
          <li key={day} className={classes.day}>
            <Title order={2} size="h5">
              {format.day(startOf(day).toISOString())}
            </Title>
            {booked.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('free')}
              </Text>
            ) : (
              <ul className={classes.entries}>
                {booked.map((entry) => (
                  <li key={entry.id}>
                    <Box
                      component="button"
                      type="button"
                      className={classes.entry}
                      __vars={{ '--entry-colour': entry.colour }}
                      data-own={entry.is_for_me}
                      onClick={() => {
                        onOpen(entry);
                      }}
                      data-testid="booking-entry"
                    >
                      <span className={classes.times}>{words.times(entry)}</span>
                      <span className={classes.title}>
                        {entry.title === null && <IconLock size={14} aria-hidden />}
                        {words.title(entry)}
                      </span>
                    </Box>
                  </li>
                ))}
              </ul>
            )}
          </li>
        );
      })}
    </ol>
  );
}
