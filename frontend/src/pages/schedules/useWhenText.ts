import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Schedule } from '@/api/types';
import { useFormat } from '@/i18n/format';
import { patternOf, workdays } from './cron';

/** When something recurs, in words; what has none stays as it was written. */
export function useWhenText(): (schedule: Pick<Schedule, 'when' | 'cron'>) => string {
  const { t } = useTranslation('schedules');
  const format = useFormat();
  return useCallback(
    ({ when, cron }) => {
      const pattern = patternOf(when);
      switch (pattern?.kind) {
        case undefined:
          return cron;
        case 'daily':
          return t('when.daily', { times: format.list(pattern.times) });
        case 'weekly': {
          const times = format.list(pattern.times);
          if (pattern.weekdays.join() === workdays.join()) return t('when.workdays', { times });
          return t('when.weekly', {
            times,
            days: format.list(pattern.weekdays.map(format.weekday)),
          });
        }
        case 'monthly':
          return t('when.monthly', { times: format.list(pattern.times), day: pattern.day });
        case 'minutes':
          return t('when.minutes', { count: pattern.minutes });
        case 'hourly':
          return t('when.hourly', { minute: pattern.minute });
      }
    },
    [t, format],
  );
}
