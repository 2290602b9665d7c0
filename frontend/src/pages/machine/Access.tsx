import { Alert, Skeleton } from '@mantine/core';
import { IconAlertTriangle, IconEyeOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { accessQuery } from '@/api/access';
import type { Domain } from '@/api/types';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import classes from './Access.module.css';
import { RuleTable } from './RuleTable';
import { WhoMay } from './WhoMay';
import { WhyNot } from './WhyNot';

/** Who may have a desktop of a base: the rules, whom they let in, and why somebody can't. */
export default function Access({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data: access, error, refetch } = useQuery(accessQuery(domain.id));
  if (access === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  return (
    <div className={classes.parts} data-testid="access">
      {!access.is_public && (
        <Alert color="gray" icon={<IconEyeOff aria-hidden />} data-testid="access-unpublished">
          {t('access.unpublished')}
        </Alert>
      )}
      {access.warnings.map((warning) => (
        <Alert
          key={warning}
          color="yellow"
          icon={<IconAlertTriangle aria-hidden />}
          data-testid="access-warning"
        >
          {warning}
        </Alert>
      ))}
      <Panel title={t('access.people.title')}>
        <RuleTable domain={domain} access={access} list="people" />
      </Panel>
      <div className={classes.columns}>
        <Panel title={t('access.why.title')}>
          <WhyNot domain={domain} hasClientRules={access.clients.length > 0} />
        </Panel>
        <Panel title={t('access.who.title')}>
          <WhoMay domain={domain} />
        </Panel>
      </div>
      <Panel title={t('access.clients.title')}>
        <RuleTable domain={domain} access={access} list="clients" />
      </Panel>
    </div>
  );
}
