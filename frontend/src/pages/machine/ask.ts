import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/requests';
import type { Domain, Request } from '@/api/types';
import { nameOf, useCommandName } from '@/domains/sentence';
import { toastOf } from '@/messages/watched';

/** Asks for something about a machine, by what its parts' forms hold; rejects when it is refused. */
export function useAskOf(
  domain: Domain,
): (command: string, args: Record<string, unknown>) => Promise<Request> {
  const { t } = useTranslation('machine');
  const { mutateAsync: ask } = useAsk();
  const commandName = useCommandName();
  return useCallback(
    async (command, args) => {
      const request = await ask({ command, args: { domain: domain.id, ...args } });
      notifications.show({
        id: toastOf(request.id),
        message: t('asked', { what: commandName(command), name: nameOf(domain) }),
      });
      return request;
    },
    [ask, t, commandName, domain],
  );
}
