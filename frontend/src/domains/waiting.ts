import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Request } from '@/api/types';
import { useFormat } from '@/i18n/format';

type Waiting = Pick<Request, 'state' | 'waits_for' | 'position' | 'cancel_asked_at'>;

/** Why a request isn't worked on yet, and its place in the queue with the time at which it is expected to start. */
export interface Wait {
  reason: string | null;
  place: string | null;
}

export function useWait(): (request: Waiting) => Wait {
  const { t } = useTranslation();
  const format = useFormat();
  return useCallback(
    ({ state, waits_for, position }) => {
      if (state !== 'requested' && state !== 'waiting') return { reason: null, place: null };
      return { reason: reasonOf(), place: placeOf() };

      function reasonOf(): string | null {
        if (waits_for == null) return null;
        const when = waits_for.until == null ? null : format.moment(waits_for.until);
        const id = waits_for.request_id;
        switch (waits_for.reason) {
          case 'time':
            return when === null ? waits_for.text : t('wait.time', { when });
          case 'retry':
            return when === null ? t('wait.retry') : t('wait.retry_at', { when });
          case 'request':
            return id === null ? waits_for.text : t('wait.request', { id });
          case 'lock':
            return id === null ? t('wait.lock') : t('wait.lock_request', { id });
          case 'lane':
            return t('wait.lane');
          case 'back_end':
            return t('wait.back_end');
        }
      }

      function placeOf(): string | null {
        // only a lane is a queue: nobody stands in line for a time, a machine or another request
        if (position == null || (waits_for != null && waits_for.reason !== 'lane')) return null;
        const { ahead, expected_start_at: at } = position;
        const place = format.number(ahead + 1);
        // whoever is next is told so; a clock time that has passed is no guess any more
        if (at == null || Date.parse(at) < Date.now()) {
          return ahead === 0 ? t('wait.next') : t('wait.place', { place });
        }
        const when = format.moment(at);
        return ahead === 0 ? t('wait.next_at', { when }) : t('wait.place_at', { place, when });
      }
    },
    [t, format],
  );
}
