import { IconMoon, IconPlayerPause, type TablerIcon } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { DomainState, RequestState } from '@/api/types';
import classes from './StateBadge.module.css';

export type Tone = 'good' | 'busy' | 'still' | 'asleep' | 'warning' | 'bad' | 'base';

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

/** Those that stand still with their memory have a picture of their own. */
const symbols: Partial<Record<DomainState, TablerIcon>> = {
  hibernated: IconMoon,
  paused: IconPlayerPause,
};

/** The colour only repeats what a word beside it says. */
export function StateDot({ state }: { state: DomainState | null }) {
  const Symbol = state === null ? undefined : symbols[state];
  if (Symbol) return <Symbol className={classes.symbol} size={14} stroke={2.5} aria-hidden />;
  return <Dot tone={state === null ? 'still' : domainTones[state]} />;
}

/** Lies over the picture of a desktop that will go on where it was. */
export function SleepMark({ state }: { state: DomainState }) {
  const Symbol = symbols[state];
  return Symbol && <Symbol className={classes.mark} stroke={1.5} aria-hidden />;
}

export function StateBadge({ state }: { state: DomainState }) {
  const { t } = useTranslation();
  return (
    <span className={classes.badge}>
      <StateDot state={state} />
      {t(`state.${state}`)}
    </span>
  );
}

export function RequestStateBadge({ state }: { state: RequestState }) {
  const { t } = useTranslation();
  return <Tag tone={requestTones[state]} text={t(`request_state.${state}`)} />;
}

/** A state in a word, with a dot of its colour. */
export function Tag({ tone, text }: { tone: Tone; text: string }) {
  return (
    <span className={classes.badge}>
      <Dot tone={tone} />
      {text}
    </span>
  );
}

function Dot({ tone }: { tone: Tone }) {
  return <span className={classes.dot} data-tone={tone} aria-hidden />;
}
