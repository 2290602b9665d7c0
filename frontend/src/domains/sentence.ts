import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { useFormat } from '@/i18n/format';

export function nameOf(domain: Pick<Domain, 'name' | 'alias'>): string {
  return domain.alias == null || domain.alias === '' ? domain.name : domain.alias;
}

/** One line: what state, since when, what happens next and at which clock time. */
export function useDomainSentence(): (
  domain: Pick<Domain, 'state' | 'state_since' | 'next'>,
) => string {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  return useCallback(
    ({ state, state_since, next }) => {
      const day = format.isToday(state_since) ? 'today' : 'earlier';
      const since = t(`since.${state}_${day}`, { when: format.moment(state_since) });
      if (next == null) return since;
      const when = format.moment(next.at);
      const then = i18n.exists(`next.${next.action}`)
        ? t(`next.${next.action}` as 'next.shutdown_domain', { when })
        : t('next.other', { when, action: next.action });
      return `${since} ${then}`;
    },
    [t, i18n, format],
  );
}

/** The request that is being worked on, or waits to be: in words, with how far it is. */
export function usePendingSentence(): (domain: Pick<Domain, 'pending' | 'next'>) => string | null {
  const { t } = useTranslation();
  const nameOfCommand = useCommandName();
  return useCallback(
    ({ pending, next }) => {
      // what waits for its time is told by the state's own sentence
      const untold = pending.filter((r) => r.state !== 'waiting' || r.command !== next?.action);
      const request = untold.find((r) => r.state === 'working') ?? untold[0];
      if (request === undefined) return null;
      const text =
        request.progress_text != null && request.progress_text !== ''
          ? request.progress_text
          : t(`request_state.${request.state}`);
      return `${nameOfCommand(request.command)}: ${text}`;
    },
    [t, nameOfCommand],
  );
}

/** A command's name; a command that this version doesn't know keeps its word. */
export function useCommandName(): (command: string) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (command) =>
      i18n.exists(`command.${command}`)
        ? t(`command.${command}` as 'command.ping')
        : command.replaceAll('_', ' '),
    [t, i18n],
  );
}
