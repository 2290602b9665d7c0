import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useCancelRequest, useRetryRequest } from '@/api/requests';
import type { Request } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { useShowProblem } from '@/components/problemText';
import { toastOf } from '@/messages/watched';

/** Takes a request back; asks first when that undoes what was begun. */
export function useCancel(): (request: Request) => Promise<void> {
  const { t } = useTranslation('requests');
  const { mutateAsync } = useCancelRequest();
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  return useCallback(
    async ({ id, state }) => {
      if (state === 'working') {
        const yes = await confirm({
          title: t('cancel_question.title', { id }),
          text: t('cancel_question.text'),
          yes: t('cancel'),
          danger: true,
        });
        if (!yes) return;
      }
      try {
        await mutateAsync(id);
        notifications.show({
          id: toastOf(id),
          message: t(state === 'working' ? 'stopping' : 'cancelling', { id }),
        });
      } catch (problem) {
        showProblem(problem);
      }
    },
    [confirm, mutateAsync, showProblem, t],
  );
}

/** Asks for the same again. Resolves with the number of the new request, or null when it was refused. */
export function useRetry(): (request: Request) => Promise<number | null> {
  const { t } = useTranslation('requests');
  const { mutateAsync } = useRetryRequest();
  const showProblem = useShowProblem();
  return useCallback(
    async ({ id }) => {
      try {
        const again = await mutateAsync(id);
        // that it failed is no news any more
        notifications.hide(toastOf(id));
        notifications.show({
          id: toastOf(again.id),
          message: t('asked_again', { id, again: again.id }),
        });
        return again.id;
      } catch (problem) {
        showProblem(problem);
        return null;
      }
    },
    [mutateAsync, showProblem, t],
  );
}
