import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useCancelRequest } from '@/api/requests';
import type { Request } from '@/api/types';
import { useShowProblem } from '@/components/problemText';

export function isCancellable({ state }: Pick<Request, 'state'>): boolean {
  return state === 'requested' || state === 'waiting';
}

export function useCancel(): (id: number) => void {
  const { t } = useTranslation('requests');
  const { mutate } = useCancelRequest();
  const showProblem = useShowProblem();
  return useCallback(
    (id) => {
      mutate(id, {
        onSuccess: () => notifications.show({ message: t('cancelled', { id }) }),
        onError: showProblem,
      });
    },
    [mutate, showProblem, t],
  );
}
