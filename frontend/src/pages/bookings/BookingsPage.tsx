import { ActionIcon, Button, Group, Skeleton, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import {
  IconCalendarDown,
  IconCalendarPlus,
  IconChevronLeft,
  IconChevronRight,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { bookingsQuery, calendarUrl } from '@/api/bookings';
import { useMay } from '@/api/session';
import type { BookingEntry } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { useFilters } from '@/components/useFilters';
import { useFormat } from '@/i18n/format';
import { BookingDialog } from './BookingDialog';
import { DayList } from './DayList';
import { EntryDialog } from './EntryDialog';
import { addDays, dayOf, isDay, mondayOf, ownZone, startOf, weekOf } from './week';
import { WeekTable } from './WeekTable';

/** Who has booked what, week by week. */
export default function BookingsPage() {
  const { t } = useTranslation(['bookings', 'common']);
  const format = useFormat();
  const { params, set } = useFilters();
  const asked = params.get('week');
  const monday = mondayOf(isDay(asked) ? asked : dayOf(new Date()));
  const days = weekOf(monday);
  const yearOn = addDays(monday, 364);
  const isWide = useMediaQuery('(min-width: 56em)', true, { getInitialValueInEffect: false });
  const { data, error, refetch } = useQuery(
    bookingsQuery(startOf(monday).toISOString(), startOf(addDays(monday, 7)).toISOString()),
  );
  const mayBook = useMay()('book');
  const [shown, setShown] = useState<BookingEntry | null>(null);
  const [edited, setEdited] = useState<BookingEntry | 'new' | null>(null);
  if (data === undefined && error !== null) {
    return <ProblemState problem={error} onRetry={() => void refetch()} />;
  }
  const go = (day: string | null) => {
    set('week', day);
  };
  const Calendar = isWide ? WeekTable : DayList;
  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        <Group gap="sm">
          <Button
            component="a"
            href={calendarUrl(startOf(monday).toISOString(), startOf(yearOn).toISOString())}
            download
            variant="default"
            leftSection={<IconCalendarDown size={18} aria-hidden />}
            data-testid="bookings-file"
          >
            {t('file')}
          </Button>
          {mayBook && (
            <Button
              leftSection={<IconCalendarPlus size={18} aria-hidden />}
              onClick={() => {
                setEdited('new');
              }}
              data-testid="booking-add"
            >
              {t('add')}
            </Button>
          )}
        </Group>
      </PageHead>
      <Group gap="xs" mb="md">
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t('previous')}
          onClick={() => {
            go(addDays(monday, -7));
          }}
          data-testid="week-previous"
        >
          <IconChevronLeft size={18} aria-hidden />
        </ActionIcon>
        <ActionIcon
          variant="default"
          size="lg"
          aria-label={t('next')}
          onClick={() => {
            go(addDays(monday, 7));
          }}
          data-testid="week-next"
        >
          <IconChevronRight size={18} aria-hidden />
        </ActionIcon>
        <Button
          variant="default"
          onClick={() => {
            go(null);
          }}
        >
          {t('today')}
        </Button>
        <Text fw={550} role="status" data-testid="week">
          {format.days(startOf(monday).toISOString(), startOf(addDays(monday, 6)).toISOString())}
        </Text>
        <Text size="sm" c="dimmed" data-testid="bookings-zone">
          {t('zone', { zone: ownZone })}
        </Text>
      </Group>
      {data === undefined ? (
        <Skeleton height={480} radius="lg" role="status" aria-label={t('common:loading')} />
      ) : (
        <Calendar days={days} entries={data} onOpen={setShown} />
      )}
      <EntryDialog
        entry={shown}
        onClose={() => {
          setShown(null);
        }}
        onChange={(entry) => {
          setShown(null);
          setEdited(entry);
        }}
      />
      <BookingDialog
        edited={edited}
        day={days.includes(dayOf(new Date())) ? dayOf(new Date()) : monday}
        onClose={() => {
          setEdited(null);
        }}
      />
    </>
  );
}
