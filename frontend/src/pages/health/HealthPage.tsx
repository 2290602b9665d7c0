import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  type TablerIcon,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { healthQuery } from '@/api/health';
import type { HealthCheck, SystemHealth } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useFormat } from '@/i18n/format';
import { BackEnds, Nodes } from './Running';
import classes from './HealthPage.module.css';
import { Lanes } from './Lanes';

type CheckState = HealthCheck['state'];

const faces: Record<CheckState, { icon: TablerIcon; colour: string }> = {
  failed: { icon: IconCircleX, colour: 'red' },
  warning: { icon: IconAlertTriangle, colour: 'orange' },
  ok: { icon: IconCircleCheck, colour: 'green' },
};
const worstFirst: readonly CheckState[] = ['failed', 'warning', 'ok'];

export default function HealthPage() {
  const { t } = useTranslation('health');
  const { data, error, refetch } = useQuery(healthQuery);
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <PageSkeleton />;
  }
  return (
    <>
      <PageHead title={t('title')} text={t('text')} />
      <Stack data-testid="health" data-state={data.state}>
        <Verdict health={data} />
        <Checks checks={data.checks} />
        <div className={classes.columns}>
          <Panel title={t('lanes.title')}>
            <Lanes lanes={data.lanes} />
          </Panel>
          <Stack>
            <Panel title={t('back_ends.title')}>
              <BackEnds backEnds={data.back_ends} />
            </Panel>
            <Panel title={t('nodes.title')}>
              <Nodes />
            </Panel>
          </Stack>
        </div>
      </Stack>
    </>
  );
}

/** The answer to "is everything all right?", for those who read no further. */
function Verdict({ health }: { health: SystemHealth }) {
  const { t } = useTranslation('health');
  const format = useFormat();
  const { icon: Icon, colour } = faces[health.state];
  return (
    <div className={classes.verdict} data-state={health.state}>
      <ThemeIcon variant="light" color={colour} size={56} radius="xl">
        <Icon size={30} stroke={1.75} aria-hidden />
      </ThemeIcon>
      <div>
        <p className={classes.words} role="status">
          {t(`verdict.${health.state}`)}
        </p>
        <Text size="sm" c="dimmed">
          {t('looked', { when: format.seconds(health.at) })}
        </Text>
      </div>
    </div>
  );
}

/** What is wrong, with what to do about it; what is right in a line each. */
function Checks({ checks }: { checks: readonly HealthCheck[] }) {
  const { t } = useTranslation('health');
  const wrong = worstFirst
    .filter((state) => state !== 'ok')
    .flatMap((state) => checks.filter((check) => check.state === state));
  const right = checks.filter(({ state }) => state === 'ok');
  return (
    <>
      {wrong.length > 0 && (
        <ul className={classes.wrong}>
          {wrong.map((check) => (
            <li
              key={check.id}
              className={classes.check}
              data-state={check.state}
              data-id={check.id}
              data-testid="health-check"
            >
              <CheckIcon state={check.state} />
              <div>
                <Title order={2} size="h5">
                  {check.title}
                </Title>
                <Text size="sm">{check.detail}</Text>
                {check.remedy != null && check.remedy !== '' && (
                  <Text size="sm" mt={6}>
                    <strong>{t('remedy')}</strong> {check.remedy}
                  </Text>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {right.length > 0 && (
        <Panel title={t('right')}>
          <ul className={classes.right}>
            {right.map((check) => (
              <li key={check.id} data-state="ok" data-id={check.id} data-testid="health-check">
                <CheckIcon state="ok" />
                <div>
                  <Text size="sm" fw={550}>
                    {check.title}
                  </Text>
                  <Text size="xs" c="dimmed">
                    {check.detail}
                  </Text>
                </div>
              </li>
            ))}
          </ul>
        </Panel>
      )}
    </>
  );
}

function CheckIcon({ state }: { state: CheckState }) {
  const { t } = useTranslation('health');
  const { icon: Icon } = faces[state];
  return (
    <Icon
      className={classes.icon}
      data-state={state}
      size={22}
      role="img"
      aria-label={t(`state.${state}`)}
    />
  );
}
