import { Button, Loader, Progress } from '@mantine/core';
import { IconAlertTriangle, IconPower } from '@tabler/icons-react';
import { useCallback, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useParams } from 'react-router';
import { useDomain } from '@/api/domains';
import type { Domain } from '@/api/types';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useAct } from '@/domains/actions';
import { nameOf, useDomainSentence, usePendingSentence } from '@/domains/sentence';
import type { Phase } from './display';
import { Screen, type ScreenHandle } from './Screen';
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
        {shown ? (
          <Screen
            ref={screen}
            domainId={domain.id}
            name={nameOf(domain)}
            onPhase={setPhase}
            onLeave={toBar}
          />
        ) : (
          <NoScreen domain={domain} />
        )}
      </main>
    </div>
  );
}

function hasScreen({ state }: Domain): boolean {
  return state === 'active' || state === 'paused' || state === 'shutting_down';
}

/** A desktop without a screen is a state like any other, not an error. */
function NoScreen({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['viewer', 'common']);
  const act = useAct();
  const sentence = useDomainSentence();
  const pending = usePendingSentence()(domain);
  const coming =
    domain.state === 'starting' ||
    domain.state === 'creating' ||
    domain.pending.some((request) => request.command === 'start_domain');
  const off = !coming && (domain.state === 'shutdown' || domain.state === 'hibernated');
  const working = domain.pending.find((request) => request.state === 'working');
  const text = [sentence(domain), domain.state_detail ?? ''].join(' ').trim();

  return (
    <div role="status" data-testid="viewer-state" data-state={domain.state}>
      <StateView
        icon={coming || off ? IconPower : IconAlertTriangle}
        colour={coming || off ? 'sea' : 'orange'}
        title={off ? t('off') : coming ? t('coming') : t('unavailable')}
        text={pending ?? text}
      >
        {coming ? (
          working ? (
            <Progress
              className={classes.progress}
              value={working.progress}
              aria-label={pending ?? t('coming')}
            />
          ) : (
            <Loader aria-hidden />
          )
        ) : (
          <div className={classes.buttons}>
            {domain.may.includes('start_domain') && (
              <Button
                size="md"
                onClick={() => void act(domain, 'start_domain')}
                data-testid="viewer-start"
              >
                {t('start')}
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
