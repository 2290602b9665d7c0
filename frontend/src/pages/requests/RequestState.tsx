import { useTranslation } from 'react-i18next';
import type { Request } from '@/api/types';
import { useFailureText } from '@/domains/failure';
import { RequestStateBadge } from '@/domains/StateBadge';
import { StateColumn } from '@/domains/StateColumn';
import { useWait } from '@/domains/waiting';

/** A request's state, and below it how far it is and, unless that stands elsewhere, what it waits for or why it failed. */
export function RequestState({ request, brief = false }: { request: Request; brief?: boolean }) {
  const { t } = useTranslation('requests');
  const wait = useWait()(request);
  const failureText = useFailureText();
  const isWorking = request.state === 'working';
  const doing = isWorking ? request.progress_text : null;
  const now = isWorking && request.cancel_asked_at !== null ? t('being_cancelled') : doing;
  const words = brief
    ? [now]
    : [request.error && failureText(request.error), now, wait.reason, wait.place];
  return (
    <StateColumn
      badge={<RequestStateBadge state={request.state} />}
      words={words}
      bad={request.state === 'failed'}
      progress={isWorking ? request.progress : null}
      label={doing ?? t('column.state')}
    />
  );
}
