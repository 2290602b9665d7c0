import { Button, Loader, Progress } from '@mantine/core';
import { IconAlertTriangle, IconMoon, IconPlayerPause, IconPower } from '@tabler/icons-react';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useDomain } from '@/api/domains';
import type { Domain } from '@/api/types';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useAct, useActionText, type Action } from '@/domains/actions';
import { nameOf, useDomainSentence, usePendingSentence } from '@/domains/sentence';
import { watchDomain } from '@/messages/watched';
import type { Phase } from './display';
import { hasScreen, Screen, type ScreenHandle } from './Screen';
import { useFullScreen } from './fullScreen';
import { ViewerBar } from './ViewerBar';
import classes from './ViewerPage.module.css';

export default function ViewerPage() {
  const { domainId = '' } = useParams();
  const { data: domain, error, refetch } = useDomain(domainId);

  if (domain === undefined) {
    return (
      <main className={classes.page}>
        {error === null ? (
          <PageSkeleton />
        ) : (
          <ProblemState problem={error} onRetry={() => void refetch()} />
        )}
      </main>
    );
  }
  return <Viewer key={domain.id} domain={domain} />;
}

function Viewer({ domain }: { domain: Domain }) {
  const { t } = useTranslation('viewer');
  const screen = useRef<ScreenHandle>(null);
  const bar = useRef<HTMLElement>(null);
  const fullScreen = useFullScreen();
  const [phase, setPhase] = useState<Phase>({ kind: 'connecting' });
  const toBar = useCallback(() => {
    bar.current?.querySelector<HTMLElement>('button:not([disabled])')?.focus();
  }, []);
  const shown = hasScreen(domain);
  useEffect(() => watchDomain(domain.id), [domain.id]);

  return (
    <div className={classes.page} data-full-screen={fullScreen.on} data-testid="viewer">
      <ViewerBar
        ref={bar}
        domain={domain}
        status={shown ? t(`phase.${phase.kind}`) : null}
        connected={shown && phase.kind === 'connected'}
        fullScreen={fullScreen}
        onCtrlAltDel={() => {
          screen.current?.sendCtrlAltDel();
          screen.current?.focus();
        }}
      />
      <main className={classes.main}>
        {shown && (
          <Screen
            ref={screen}
            domainId={domain.id}
            name={nameOf(domain)}
            onPhase={setPhase}
            onLeave={toBar}
          />
        )}
        {domain.state === 'paused' ? (
          <div className={classes.veil}>
            <NoScreen domain={domain} />
          </div>
        ) : (
          !shown && <NoScreen domain={domain} />
        )}
      </main>
    </div>
  );
}

/** Off, hibernated, paused or broken: states like any other, not errors. The screen comes back by itself. */
function NoScreen({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['viewer', 'common']);
  const act = useAct();
  const actionText = useActionText();
  const sentence = useDomainSentence();
  const pending = usePendingSentence()(domain);
  const { kind, icon, colour } = faceOf(domain);
  const working = domain.pending.find((request) => request.state === 'working');
  const text = [sentence(domain), domain.state_detail ?? ''].join(' ').trim();
  const wake = wakers.find((action) => domain.may.includes(action));

  return (
    <div role="status" data-testid="viewer-state" data-state={domain.state}>
      <StateView icon={icon} colour={colour} title={t(`is.${kind}`)} text={pending ?? text}>
        {kind === 'coming' ? (
          working ? (
            <Progress
              className={classes.progress}
              value={working.progress}
              aria-label={pending ?? t('is.coming')}
            />
          ) : (
            <Loader aria-hidden />
          )
        ) : (
          <div className={classes.buttons}>
            {wake && (
              <Button size="md" onClick={() => void act(domain, wake)} data-testid="viewer-start">
                {actionText(domain, wake)}
              </Button>
            )}
            <Button size="md" variant="default" component={Link} to="/">
              {t('back')}
            </Button>
          </div>
        )}
      </StateView>
    </div>
  );
}

const wakers: readonly Action[] = ['start_domain', 'resume_domain'];

/** What a desktop without a screen looks like. */
function faceOf({ state, pending }: Domain) {
  const isWaking = pending.some(
    ({ command, state: now }) => now !== 'waiting' && wakers.some((action) => action === command),
  );
  if (isWaking || state === 'starting' || state === 'creating') {
    return { kind: 'coming', icon: IconPower, colour: 'sea' } as const;
  }
  switch (state) {
    case 'shutdown':
      return { kind: 'off', icon: IconPower, colour: 'sea' } as const;
    case 'hibernated':
      return { kind: 'hibernated', icon: IconMoon, colour: 'violet' } as const;
    case 'paused':
      return { kind: 'paused', icon: IconPlayerPause, colour: 'violet' } as const;
    case 'active':
    case 'shutting_down':
    case 'down':
    case 'removing':
    case 'broken':
    case 'base':
      return { kind: 'unavailable', icon: IconAlertTriangle, colour: 'orange' } as const;
  }
}
