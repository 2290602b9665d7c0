import { Alert, Button, Group, Stack, Text } from '@mantine/core';
import { IconAlertTriangle, IconUserPlus } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '@/components/Panel';
import { useProblemText } from '@/components/problemText';
import { Lines, type Line } from './Lines';

/** What would become of a list, with the button that does it; then what became of it. */
export function Outcome({
  answer,
  problem,
  busy,
  changes,
  action,
  onDo,
  children,
}: {
  answer: { is_done: boolean; lines: readonly Line[] } | undefined;
  problem: unknown;
  busy: boolean;
  /** How much would be another then. */
  changes: number;
  /** What the button says. */
  action: string;
  onDo: () => void;
  /** What there is to tell besides the lines. */
  children?: ReactNode;
}) {
  const { t } = useTranslation('upload');
  const problemText = useProblemText();
  const isRefused = answer?.lines.some(({ outcome }) => outcome === 'refused') === true;
  return (
    <div aria-live="polite">
      {problem !== null && (
        <Alert color="red" icon={<IconAlertTriangle aria-hidden />}>
          {problemText(problem)}
        </Alert>
      )}
      {answer !== undefined && (
        <Panel title={t(answer.is_done ? 'done.title' : 'dry.title')}>
          <Stack gap="sm">
            {!answer.is_done && (
              <Group justify="space-between">
                <Text size="sm">
                  {t(isRefused ? 'dry.refused' : changes === 0 ? 'dry.nothing' : 'dry.fine')}
                </Text>
                <Button
                  leftSection={<IconUserPlus size={18} aria-hidden />}
                  disabled={isRefused || changes === 0}
                  loading={busy}
                  onClick={onDo}
                  data-testid="upload-do"
                >
                  {action}
                </Button>
              </Group>
            )}
            {children}
            <Lines lines={answer.lines} isDone={answer.is_done} />
          </Stack>
        </Panel>
      )}
    </div>
  );
}
