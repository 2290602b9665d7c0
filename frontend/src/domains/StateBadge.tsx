import { Badge } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { DomainState, RequestState } from '@/api/types';

const domainColours: Record<DomainState, string> = {
  creating: 'blue',
  shutdown: 'gray',
  starting: 'blue',
  active: 'green',
  paused: 'yellow',
  hibernated: 'violet',
  shutting_down: 'blue',
  down: 'orange',
  removing: 'gray',
  broken: 'red',
  base: 'indigo',
};

const requestColours: Record<RequestState, string> = {
  requested: 'gray',
  waiting: 'yellow',
  working: 'blue',
  done: 'green',
  failed: 'red',
  cancelled: 'gray',
};

export function StateBadge({ state }: { state: DomainState }) {
  const { t } = useTranslation();
  return (
    <Badge
      variant={state === 'active' ? 'filled' : 'light'}
      color={domainColours[state]}
      tt="none"
      fw={550}
    >
      {t(`state.${state}`)}
    </Badge>
  );
}

export function RequestStateBadge({ state }: { state: RequestState }) {
  const { t } = useTranslation();
  return (
    <Badge variant="light" color={requestColours[state]} tt="none" fw={550}>
      {t(`request_state.${state}`)}
    </Badge>
  );
}
