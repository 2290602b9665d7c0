import { Alert } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { useProblemText } from '@/components/problemText';
import { useFormat } from '@/i18n/format';

/** Why somebody wasn't let in, and from when on another try counts. */
export function Refusal({ problem }: { problem: unknown }) {
  const { t } = useTranslation('sign-in');
  const textOf = useProblemText();
  const format = useFormat();
  const seconds = problem instanceof Problem ? problem.retryAfterSeconds : null;
  const text =
    problem instanceof Problem && seconds !== null
      ? t(problem.status === 429 ? 'wait' : 'wait_for_server', {
          duration: format.duration(seconds),
          time: format.time(new Date(problem.at + seconds * 1000).toISOString()),
          reason: textOf(problem),
        })
      : problem != null && textOf(problem);
  return (
    <div role="alert">
      {text && (
        <Alert color="red" icon={<IconAlertCircle aria-hidden />} data-testid="sign-in-error">
          {text}
        </Alert>
      )}
    </div>
  );
}
