import type { Domain } from '@/api/types';
import { Panel } from '@/components/Panel';
import { allowed, type Asking } from '@/domains/actions';
import { useTranslation } from 'react-i18next';
import { Clones, ClonesToBe } from './Clones';
import { Deeds } from './Deeds';
import classes from './MachinePage.module.css';
import { Pool } from './Pool';
import { Prepare } from './Prepare';
import { Rebase } from './Rebase';

/** What changes how it hangs together with its base, or ends being one. */
const deeds: readonly Asking[] = [
  'restore_domain',
  'spinoff_domain',
  'detach_domain',
  'compact_domain',
  'remove_base',
];

function deedsFor(domain: Domain): Asking[] {
  const may = allowed(domain);
  return deeds.filter((deed) => may.includes(deed));
}

/** Bases are made and given by those who may publish them. */
function isMaker({ may }: Domain): boolean {
  return may.includes('publish') || may.includes('prepare_base') || may.includes('spinoff_domain');
}

export function hasBasePart(domain: Domain): boolean {
  return isMaker(domain) || deedsFor(domain).length > 0;
}

/** What grows from it, what it grew from, or how it becomes what others grow from. */
export function Base({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const offered = deedsFor(domain);
  return (
    <div className={classes.columns}>
      {domain.is_base && isMaker(domain) && (
        <Panel title={t('clones.title')}>
          <ClonesToBe domain={domain} />
          <Clones base={domain} />
        </Panel>
      )}
      {domain.is_base && isMaker(domain) && (
        <Panel title={t('pool.title')}>
          <Pool domain={domain} />
        </Panel>
      )}
      {domain.may.includes('prepare_base') && (
        <Panel title={t('prepare.title')}>
          <Prepare domain={domain} />
        </Panel>
      )}
      {isMaker(domain) && (domain.is_base ? domain.clones > 0 : domain.base_id != null) && (
        <Panel title={t('rebase.title')}>
          <Rebase domain={domain} />
        </Panel>
      )}
      {offered.length > 0 && (
        <Panel title={t('deeds')}>
          <Deeds domain={domain} offered={offered} />
        </Panel>
      )}
    </div>
  );
}
