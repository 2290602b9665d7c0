import { Alert, Checkbox, Text } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { IconCalendarX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { planQuery, type BookingPlan } from '@/api/bookings';
import { useProblemText } from '@/components/problemText';
import { useEntryWords } from './useEntryWords';

const mostShown = 5;

/** What is booked then already, before anything is saved, and whether it may be booked twice. */
export function Conflicts({
  plan,
  isWhole,
  despite,
  onDespite,
}: {
  plan: BookingPlan;
  isWhole: boolean;
  despite: boolean;
  onDespite: (despite: boolean) => void;
}) {
  const { t } = useTranslation('bookings');
  const words = useEntryWords();
  const problemText = useProblemText();
  // compared by what it says: a plan is a new object each time
  const text = JSON.stringify(plan);
  const [asked] = useDebouncedValue(text, 300);
  const { data, error } = useQuery({
    ...planQuery(JSON.parse(asked) as BookingPlan),
    enabled: isWhole && asked === text,
  });
  const conflicts = data?.conflicts ?? [];
  const blocked = conflicts.some((conflict) => !conflict.with.may_change);
  return (
    <div role="status" data-testid="booking-conflicts" data-count={conflicts.length}>
      {error !== null ? (
        <Text size="sm" c="red">
          {problemText(error)}
        </Text>
      ) : conflicts.length === 0 ? (
        data && (
          <Text size="sm" c="dimmed">
            {t('plan.days', { count: data.entries.length })} {t('conflicts.none')}
          </Text>
        )
      ) : (
        <Alert
          color={blocked ? 'red' : 'yellow'}
          icon={<IconCalendarX aria-hidden />}
          title={t('conflicts.some', { count: conflicts.length })}
        >
          <ul>
            {conflicts.slice(0, mostShown).map(({ with: other, starts_at }) => (
              <li key={`${starts_at}-${other.id}`}>
                {t('conflicts.one', { what: words.whole(other), who: other.owner })}
              </li>
            ))}
          </ul>
          {conflicts.length > mostShown && (
            <Text size="sm">{t('conflicts.more', { count: conflicts.length - mostShown })}</Text>
          )}
          {blocked ? (
            <Text size="sm">{t('conflicts.blocked')}</Text>
          ) : (
            <Checkbox
              label={t('conflicts.despite')}
              checked={despite}
              onChange={(event) => {
                onDespite(event.currentTarget.checked);
              }}
              data-testid="booking-despite"
            />
          )}
        </Alert>
      )}
    </div>
  );
}
