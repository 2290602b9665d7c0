import { Switch } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSetClones } from '@/api/domains';
import type { Domain } from '@/api/types';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import classes from './MachinePage.module.css';

/** What grows from it, or how it becomes what others grow from. */
export function Base({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  return (
    <div className={classes.columns}>
      <Panel title={t('clones.title')}>
        <ClonesToBe domain={domain} />
      </Panel>
    </div>
  );
}

function ClonesToBe({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const setClones = useSetClones();
  const showProblem = useShowProblem();
  return (
    <Switch
      label={t('clones.volatile')}
      description={t('clones.volatile_rule')}
      checked={setClones.isPending ? setClones.variables.volatile : domain.volatile_clones}
      onChange={(event) => {
        setClones.mutate(
          { id: domain.id, volatile: event.currentTarget.checked },
          { onError: showProblem },
        );
      }}
      data-testid="volatile-clones"
    />
  );
}
