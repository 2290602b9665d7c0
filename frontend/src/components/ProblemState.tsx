import { Button } from '@mantine/core';
import { IconCloudOff, IconMapQuestion } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Problem } from '@/api/problem';
import { StateView } from './StateView';
import { useProblemText } from './problemText';

/** Instead of a page whose data couldn't be loaded. What isn't there won't be there at the next try. */
export function ProblemState({ problem, onRetry }: { problem: unknown; onRetry: () => void }) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  const isGone = problem instanceof Problem && problem.status === 404;
  return (
    <div role="alert">
      <StateView
        icon={isGone ? IconMapQuestion : IconCloudOff}
        title={t('problem.title')}
        text={textOf(problem)}
      >
        {isGone ? (
          <Button component={Link} to="/" variant="light">
            {t('to_desktops')}
          </Button>
        ) : (
          <Button variant="light" onClick={onRetry}>
            {t('retry')}
          </Button>
        )}
      </StateView>
    </div>
  );
}
