import { Alert, Button, Group, Loader, Modal, Progress, Text } from '@mantine/core';
import {
  IconAlertCircle,
  IconCircle,
  IconCircleCheckFilled,
  IconCircleXFilled,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Desktop } from '@/api/types';
import { useProblemText } from '@/components/problemText';
import { useFailureText } from '@/domains/failure';
import { nameOf } from '@/domains/sentence';
import { useWait } from '@/domains/waiting';
import classes from './OpenDialog.module.css';
import { stepKinds, type Opening, type Step } from './opening';

/** The steps to a desktop's screen, as they happen. Leaving it doesn't stop them. */
export function OpenDialog({
  opening,
  onRetry,
  onLeave,
}: {
  opening: Opening | null;
  onRetry: (desktop: Desktop) => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation(['desktops', 'common']);
  const face = opening?.desktop.base ?? opening?.desktop.domain;

  return (
    <Modal
      opened={opening !== null}
      onClose={onLeave}
      title={face && t('opening.title', { name: nameOf(face) })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
      size="md"
    >
      {opening && (
        <>
          <ol className={classes.steps} data-testid="open-steps" aria-live="polite">
            {stepKinds.map((kind) => {
              const step = opening.steps[kind];
              return (
                <li
                  key={kind}
                  className={classes.step}
                  data-step={kind}
                  data-state={step.state}
                  aria-current={step.state === 'working' ? 'step' : undefined}
                >
                  <StepIcon state={step.state} />
                  <div className={classes.body}>
                    <Text fw={step.state === 'working' ? 600 : 400}>
                      {t(`opening.${kind}.${step.state}`)}
                    </Text>
                    {step.state === 'working' && <StepProgress step={step} />}
                  </div>
                </li>
              );
            })}
          </ol>
          {opening.failure ? (
            <Failure
              failure={opening.failure}
              onRetry={() => {
                onRetry(opening.desktop);
              }}
            />
          ) : (
            <Group justify="space-between" mt="md" wrap="nowrap">
              <Text size="sm" c="dimmed">
                {t('opening.leave_text')}
              </Text>
              <Button variant="default" onClick={onLeave} className={classes.leave}>
                {t('opening.leave')}
              </Button>
            </Group>
          )}
        </>
      )}
    </Modal>
  );
}

function StepIcon({ state }: { state: Step['state'] }) {
  switch (state) {
    case 'waiting':
      return <IconCircle className={classes.waiting} aria-hidden />;
    case 'working':
      return <Loader size={24} aria-hidden />;
    case 'done':
      return <IconCircleCheckFilled className={classes.done} aria-hidden />;
    case 'failed':
      return <IconCircleXFilled className={classes.failed} aria-hidden />;
  }
}

/**
 * What is being done and how far it is; before that the place in the queue, when it is expected to
 * start, and what it waits for. One line always has its room, so that the list doesn't jump.
 */
function StepProgress({ step }: { step: Step }) {
  const { t } = useTranslation('desktops');
  const wait = useWait();
  const { reason, place } =
    step.request === null ? { reason: null, place: null } : wait(step.request);
  const isWaiting = reason !== null || place !== null;
  return (
    <>
      {/* the back end's words are about what is done, and nothing is yet */}
      <Text size="sm" c="dimmed" className={classes.words}>
        {isWaiting ? place : step.text}
      </Text>
      {reason !== null && (
        <Text size="sm" c="dimmed">
          {reason}
        </Text>
      )}
      <Progress
        value={step.progress ?? 0}
        size="sm"
        mt={4}
        aria-label={step.text ?? t('progress')}
      />
    </>
  );
}

function Failure({
  failure,
  onRetry,
}: {
  failure: NonNullable<Opening['failure']>;
  onRetry: () => void;
}) {
  const { t } = useTranslation(['desktops', 'common']);
  const textOf = useProblemText();
  const failureText = useFailureText();
  const request = 'request' in failure ? failure.request : null;
  const reason =
    'problem' in failure
      ? textOf(failure.problem)
      : failure.request.state === 'cancelled'
        ? t('opening.cancelled')
        : failure.request.error
          ? failureText(failure.request.error)
          : t('opening.unknown');
  return (
    <Alert
      role="alert"
      color="red"
      mt="md"
      icon={<IconAlertCircle aria-hidden />}
      title={reason}
      data-testid="open-failure"
    >
      <Text size="sm">
        {request ? t('opening.advice_request', { id: request.id }) : t('opening.advice')}
      </Text>
      <Button mt="sm" size="sm" onClick={onRetry} data-testid="open-retry">
        {t('common:retry')}
      </Button>
    </Alert>
  );
}
