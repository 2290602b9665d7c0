import { Button, Skeleton, Stack, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { domainBackupsQuery } from '@/api/backups';
import type { Domain } from '@/api/types';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { BackupsTable } from '../backups/BackupsTable';
import { useAskOf } from './ask';
import classes from './MachinePage.module.css';

/** Files that it could be made from again. */
export default function Backups({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data: backups, error, refetch } = useQuery(domainBackupsQuery(domain.id));
  if (backups === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  return (
    <Stack>
      <Panel title={t('backup.title')}>
        <Take domain={domain} />
      </Panel>
      {backups.length === 0 ? (
        <Text size="sm" c="dimmed" data-testid="backups-none">
          {t('backup.none')}
        </Text>
      ) : (
        <BackupsTable backups={backups} />
      )}
    </Stack>
  );
}

function Take({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const ask = useAskOf(domain);
  const showProblem = useShowProblem();
  const [whole, setWhole] = useState(false);
  const canTake = domain.may.includes('backup_domain');
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">{t(canTake ? 'backup.rule' : 'backup.off_first')}</Text>
      {domain.base_id != null && (
        <Switch
          label={t('backup.whole')}
          description={t('backup.whole_rule')}
          checked={whole}
          disabled={!canTake}
          onChange={(event) => {
            setWhole(event.currentTarget.checked);
          }}
          data-testid="backup-whole"
        />
      )}
      <Button
        className={classes.deed}
        variant="light"
        disabled={!canTake}
        onClick={() => {
          ask('backup_domain', whole ? { whole } : {}).catch(showProblem);
        }}
        data-testid="backup-take"
      >
        {t('backup.take')}
      </Button>
    </Stack>
  );
}
