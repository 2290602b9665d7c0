import { useTranslation } from 'react-i18next';
import type { DomainState, RequestState } from '@/api/types';
import classes from './StateBadge.module.css';

type Tone = 'good' | 'busy' | 'still' | 'asleep' | 'warning' | 'bad' | 'base';

const domainTones: Record<DomainState, Tone> = {
  creating: 'busy',
  shutdown: 'still',
  starting: 'busy',
  active: 'good',
  paused: 'asleep',
  hibernated: 'asleep',
  shutting_down: 'busy',
  down: 'warning',
  removing: 'busy',
  broken: 'bad',
  base: 'base',
};

const requestTones: Record<RequestState, Tone> = {
  requested: 'still',
  waiting: 'asleep',
  working: 'busy',
  done: 'good',
  failed: 'bad',
  cancelled: 'still',
};

/** The colour only repeats what a word beside it says. */
export function StateDot({ state }: { state: DomainState | null }) {
  return (
    <span
      className={classes.dot}
      data-tone={state === null ? 'still' : domainTones[state]}
      aria-hidden
    />
  );
}

export function StateBadge({ state }: { state: DomainState }) {
  const { t } = useTranslation();
  return <Badge tone={domainTones[state]} text={t(`state.${state}`)} />;
}

export function RequestStateBadge({ state }: { state: RequestState }) {
  const { t } = useTranslation();
  return <Badge tone={requestTones[state]} text={t(`request_state.${state}`)} />;
}

function Badge({ tone, text }: { tone: Tone; text: string }) {
  return (
    <span className={classes.badge} data-tone={tone}>
      <span className={classes.dot} data-tone={tone} aria-hidden />
      {text}
    </span>
  );
}
