import { Anchor, Skeleton, Switch, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDomains, useSetClones } from '@/api/domains';
import type { Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { nameOf } from '@/domains/sentence';
import { StateBadge } from '@/domains/StateBadge';
import classes from './MachinePage.module.css';

/** A class's worth; all of them are in the list of machines. */
const most = 30;

/** Those that grew from it. */
export function Clones({ base }: { base: Domain }) {
  const { t } = useTranslation('machine');
  const { data: domains } = useDomains();
  const clones = domains?.filter(({ base_id }) => base_id === base.id);
  if (clones === undefined) return <Skeleton height={90} />;
  return (
    <>
      <Text size="sm" c="dimmed" my="sm">
        {t('clones.count', { count: clones.length })}
      </Text>
      <ul className={classes.requests} data-testid="clones">
        {clones.slice(0, most).map((clone) => (
          <li key={clone.id}>
            <Anchor component={Link} to={`/machines/${clone.id}`} size="sm">
              {clone.name === nameOf(clone) ? clone.name : `${nameOf(clone)} (${clone.name})`}
            </Anchor>
            <Text size="xs" c="dimmed">
              {clone.owner.name}
            </Text>
            <StateBadge state={clone.state} />
          </li>
        ))}
      </ul>
      {clones.length > most && (
        <Anchor component={Link} to={`/admin/machines?q=${base.name}`} size="sm" mt="sm">
          {t('clones.all')}
        </Anchor>
      )}
    </>
  );
}

/** What its new clones are like. */
export function ClonesToBe({ domain }: { domain: Domain }) {
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
