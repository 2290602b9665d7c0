import { Button } from '@mantine/core';
import { IconCloudOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { StateView } from './StateView';
import { useProblemText } from './problemText';

/** Instead of a page whose data couldn't be loaded. */
export function ProblemState({ problem, onRetry }: { problem: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  return (
    <div role="alert">
      <StateView icon={IconCloudOff} title={t('problem.title')} text={textOf(problem)}>
        <Button variant="light" onClick={onRetry}>
          {t('retry')}
        </Button>
      </StateView>
    </div>
  );
}
