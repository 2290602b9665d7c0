import { Button, Loader, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { domainQuery } from '@/api/domains';
import type { Domain } from '@/api/types';
import { useProblemText } from '@/components/problemText';
import { takeTicket } from '@/domains/tickets';
import { Display, type Phase } from './display';
import classes from './Screen.module.css';

export interface ScreenHandle {
  sendCtrlAltDel: () => void;
  focus: () => void;
}

interface Props {
  domainId: string;
  name: string;
  onPhase: (phase: Phase) => void;
  /** The keyboard was asked back by Ctrl+Alt+Shift. */
  onLeave: () => void;
  ref?: Ref<ScreenHandle>;
}

/** What is paused or shuts down still shows its last picture. */
export function hasScreen({ state }: Pick<Domain, 'state'>): boolean {
  return state === 'active' || state === 'paused' || state === 'shutting_down';
}

/** The guest's screen, and a veil over it for as long as there is none. */
export function Screen({ domainId, name, onPhase, onLeave, ref }: Props) {
  const { t } = useTranslation('viewer');
  const client = useQueryClient();
  const screen = useRef<HTMLDivElement>(null);
  const display = useRef<Display | null>(null);
  const [phase, setPhase] = useState<Phase>({ kind: 'connecting' });

  useEffect(() => {
    if (screen.current === null) return;
    const joined = new Display({
      screen: screen.current,
      takeTicket: () => takeTicket(domainId),
      onPhase: (now) => {
        setPhase(now);
        onPhase(now);
        if (now.kind === 'connected') joined.focus();
      },
      hasScreen: async () =>
        hasScreen(await client.query({ ...domainQuery(domainId), staleTime: 0 })),
    });
    display.current = joined;
    void joined.connect();
    return () => {
      joined.close();
    };
  }, [client, domainId, onPhase]);

  useEffect(() => {
    const element = screen.current;
    if (element === null) return;
    // before noVNC sees the last of the three keys
    const onKeyDown = (event: KeyboardEvent) => {
      if (!(event.ctrlKey && event.altKey && event.shiftKey)) return;
      if (!['Control', 'Alt', 'Shift', 'Meta'].includes(event.key)) return;
      event.stopPropagation();
      event.preventDefault();
      display.current?.leave();
      onLeave();
    };
    element.addEventListener('keydown', onKeyDown, { capture: true });
    return () => {
      element.removeEventListener('keydown', onKeyDown, { capture: true });
    };
  }, [onLeave]);

  useImperativeHandle(
    ref,
    () => ({
      sendCtrlAltDel: () => display.current?.sendCtrlAltDel(),
      focus: () => display.current?.focus(),
    }),
    [],
  );

  return (
    <div className={classes.frame}>
      <div
        ref={screen}
        className={classes.screen}
        role="application"
        aria-label={t('screen', { name })}
        data-testid="screen"
        data-connected={phase.kind === 'connected'}
      />
      {phase.kind !== 'connected' && (
        <div className={classes.veil}>
          <Veil phase={phase} onRetry={() => display.current?.retry()} />
        </div>
      )}
    </div>
  );
}

function Veil({ phase, onRetry }: { phase: Phase; onRetry: () => void }) {
  const { t } = useTranslation(['viewer', 'common']);
  const textOf = useProblemText();
  if (phase.kind === 'given_up') {
    return (
      <>
        <Text fw={600}>{t('given_up')}</Text>
        <Text size="sm" c="dimmed">
          {textOf(phase.problem)}
        </Text>
        <Button onClick={onRetry} data-testid="viewer-reconnect">
          {t('connect_again')}
        </Button>
      </>
    );
  }
  return (
    <>
      <Loader aria-hidden />
      <Text>{phase.kind === 'again' ? t('again') : t('connecting')}</Text>
    </>
  );
}
