import { Alert, Button, Group } from '@mantine/core';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useProblemText } from './problemText';

/** The end of a dialog's form: why it was refused, the way out, the deed. */
export function FormFooter({
  problem,
  busy,
  submit,
  danger = false,
  disabled = false,
  onCancel,
  testId,
}: {
  problem: unknown;
  busy: boolean;
  /** What the button does, in words. */
  submit: string;
  /** What it takes nobody can bring back. */
  danger?: boolean;
  /** Something is still to be said. */
  disabled?: boolean;
  onCancel: () => void;
  testId: string;
}) {
  const { t } = useTranslation();
  const textOf = useProblemText();
  return (
    <>
      <div role="alert">
        {problem != null && (
          <Alert color="red" icon={<IconAlertCircle aria-hidden />}>
            {textOf(problem)}
          </Alert>
        )}
      </div>
      <Group justify="flex-end">
        <Button variant="default" onClick={onCancel}>
          {t('cancel')}
        </Button>
        <Button
          type="submit"
          color={danger ? 'red' : undefined}
          loading={busy}
          disabled={disabled}
          data-testid={testId}
        >
          {submit}
        </Button>
      </Group>
    </>
  );
}
