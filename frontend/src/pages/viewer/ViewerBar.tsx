import { ActionIcon, Tooltip } from '@mantine/core';
import {
  IconArrowLeft,
  IconKeyboard,
  IconMaximize,
  IconMinimize,
  type TablerIcon,
} from '@tabler/icons-react';
import type { Ref } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Domain } from '@/api/types';
import { actions, useAct, type Action } from '@/domains/actions';
import { nameOf, useDomainSentence, usePendingSentence } from '@/domains/sentence';
import { TimeLeft } from '@/domains/TimeLeft';
import { LivePill } from '@/events/LivePill';
import type { FullScreen } from './fullScreen';
import classes from './ViewerBar.module.css';

interface Props {
  domain: Domain;
  /** The connection in words; null when there is no screen, and the page below tells why. */
  status: string | null;
  connected: boolean;
  fullScreen: FullScreen;
  onCtrlAltDel: () => void;
  ref?: Ref<HTMLElement>;
}

/** What not every host can do is only shown where it can be done. */
const power = [
  { action: 'hibernate_domain', id: 'viewer-hibernate' },
  { action: 'shutdown_domain', id: 'viewer-shutdown' },
  { action: 'reboot_domain', id: 'viewer-restart' },
  { action: 'force_shutdown_domain', id: 'viewer-force-off' },
] as const satisfies readonly { action: Action; id: string }[];

export function ViewerBar({ domain, status, connected, fullScreen, onCtrlAltDel, ref }: Props) {
  const { t } = useTranslation(['viewer', 'common']);
  const act = useAct();
  const sentence = useDomainSentence();
  const pending = usePendingSentence()(domain);
  const words =
    status === null
      ? t(`common:state.${domain.state}`)
      : connected
        ? (pending ?? sentence(domain))
        : status;

  return (
    <header ref={ref} className={classes.bar} aria-label={t('bar')}>
      <Tooltip label={t('back')}>
        <ActionIcon
          component={Link}
          to="/"
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('back')}
          data-testid="viewer-back"
        >
          <IconArrowLeft size={20} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <div className={classes.names}>
        <h1 className={classes.name}>{nameOf(domain)}</h1>
        <p className={classes.status} role="status" data-testid="viewer-status">
          {words}
        </p>
      </div>
      <TimeLeft domain={domain} />
      <LivePill />
      {connected && <p className={classes.hint}>{t('leave_hint')}</p>}
      <div className={classes.buttons} role="toolbar" aria-label={t('toolbar')}>
        <BarButton
          icon={IconKeyboard}
          label={t('ctrl_alt_del')}
          id="viewer-cad"
          disabled={!connected}
          onClick={onCtrlAltDel}
        />
        <BarButton
          icon={fullScreen.on ? IconMinimize : IconMaximize}
          label={fullScreen.on ? t('full_screen_off') : t('full_screen')}
          id="viewer-fullscreen"
          onClick={fullScreen.toggle}
        />
        <span className={classes.line} aria-hidden />
        {power
          .filter(({ action }) => action !== 'hibernate_domain' || domain.may.includes(action))
          .map(({ action, id }) => (
            <BarButton
              key={action}
              icon={actions[action].icon}
              label={t(`common:action.${action}`)}
              id={id}
              danger={action === 'force_shutdown_domain'}
              disabled={!domain.may.includes(action)}
              onClick={() => void act(domain, action)}
            />
          ))}
      </div>
    </header>
  );
}

function BarButton({
  icon: Icon,
  label,
  id,
  onClick,
  disabled = false,
  danger = false,
}: {
  icon: TablerIcon;
  label: string;
  id: string;
  onClick: () => void;
  disabled?: boolean;
  danger?: boolean;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color={danger ? 'red' : 'gray'}
        size="lg"
        disabled={disabled}
        onClick={onClick}
        aria-label={label}
        data-testid={id}
      >
        <Icon size={20} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
