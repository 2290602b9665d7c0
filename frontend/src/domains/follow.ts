import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { requestQuery } from '@/api/requests';
import { isPending, type Request } from '@/api/types';
import { until } from '@/api/until';
import { useCommandName } from './sentence';

/**
 * Follows what somebody asked for and says when it failed, wherever he is by then: a request that
 * was taken is not yet one that is done.
 */
export function useFollow(): (request: Request) => void {
  const client = useQueryClient();
  const { t } = useTranslation();
  const commandName = useCommandName();
  return useCallback(
    (request) => {
      until(client, requestQuery(request.id), (now) => !isPending(now), never)
        .then((ended) => {
          if (ended.state !== 'failed') return;
          notifications.show({
            color: 'red',
            title: t('problem.request', {
              what: [commandName(ended.command), ended.domain_name].filter(Boolean).join(' · '),
            }),
            message: ended.error?.message,
            autoClose: false,
          });
        })
        // signed out meanwhile: nobody is there to be told
        .catch(() => undefined);
    },
    [client, t, commandName],
  );
}

const never = new AbortController().signal;
