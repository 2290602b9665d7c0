import { Button, Menu, Progress, Text, Title } from '@mantine/core';
import { IconCalendarEvent, IconSettings } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Desktop, Domain } from '@/api/types';
import { Picture } from '@/components/Picture';
import { ActionMenu } from '@/domains/ActionMenu';
import type { Action } from '@/domains/actions';
import type { BookedAway } from '@/domains/booked';
import { nameOf, useDomainSentence, usePendingSentence } from '@/domains/sentence';
import { SleepMark, StateDot } from '@/domains/StateBadge';
import { TimeLeft } from '@/domains/TimeLeft';
import { useFormat } from '@/i18n/format';
import classes from './DesktopCard.module.css';

const offered: readonly Action[] = [
  'resume_domain',
  'hibernate_domain',
  'pause_domain',
  'shutdown_domain',
  'reboot_domain',
  'force_reboot_domain',
  'force_shutdown_domain',
  'remove_domain',
];

export function DesktopCard({
  desktop,
  booked,
  onOpen,
}: {
  desktop: Desktop;
  /** What keeps the reader from it, or is about to. */
  booked: BookedAway | null;
  onOpen: () => void;
}) {
  const { t } = useTranslation('desktops');
  const { base, domain } = desktop;
  const face = base ?? domain;
  if (face == null) return null;
  const name = nameOf(face);
  const asleep = domain?.state === 'hibernated' || domain?.state === 'paused';
  const hasLastScreen = asleep || domain?.state === 'active';
  // what starts with its host runs whatever is booked
  const away = domain?.settings.autostart === true ? null : booked;
  const isRunning = domain?.state === 'active' || domain?.state === 'paused';

  return (
    <article
      className={classes.card}
      data-testid="desktop-card"
      data-base-name={base?.name ?? ''}
      data-domain-id={domain?.id ?? ''}
      data-state={domain?.state ?? 'none'}
    >
      <div className={classes.picture} data-asleep={asleep}>
        <Picture
          name={face.name}
          url={(hasLastScreen ? domain.screenshot_url : null) ?? base?.picture_url}
        />
        {asleep && <SleepMark state={domain.state} />}
        {domain && (
          <ActionMenu
            domain={domain}
            offered={offered}
            className={classes.menu}
            variant="default"
            radius="xl"
            data-testid="desktop-menu"
          >
            {domain.may.includes('describe') && (
              <Menu.Item
                component={Link}
                to={`/machines/${domain.id}`}
                leftSection={<IconSettings size={16} aria-hidden />}
                data-testid="action-details"
              >
                {t('settings')}
              </Menu.Item>
            )}
          </ActionMenu>
        )}
      </div>
      <div className={classes.text}>
        <Title order={2} size="h4" lineClamp={2}>
          {name}
        </Title>
        {face.description != null && face.description !== '' && (
          <Text size="sm" c="dimmed" lineClamp={2}>
            {face.description}
          </Text>
        )}
        {desktop.shared_by != null && (
          <Text size="sm" c="dimmed">
            {t('shared_by', { name: desktop.shared_by.name })}
          </Text>
        )}
        {(domain?.is_volatile ?? base?.volatile_clones) === true && (
          <Text size="sm" c="dimmed">
            {t('temporary')}
          </Text>
        )}
        <DesktopState domain={domain} />
        {away !== null && (away.isNow || isRunning) && <Booked away={away} isRunning={isRunning} />}
        <Button
          size="md"
          fullWidth
          className={classes.open}
          disabled={!canOpen(domain) || (away?.isNow === true && domain?.state !== 'active')}
          onClick={onOpen}
          aria-label={asleep ? t('continue_named', { name }) : t('open_named', { name })}
          data-testid="open-desktop"
        >
          {asleep ? t('continue') : t('open')}
        </Button>
      </div>
    </article>
  );
}

/** Until when others have it; of what runs, when that ends. */
function Booked({ away: { entry, isNow }, isRunning }: { away: BookedAway; isRunning: boolean }) {
  const { t } = useTranslation('desktops');
  const format = useFormat();
  const what = isNow ? (isRunning ? 'booked_ends' : 'booked') : 'booked_soon';
  return (
    <Text size="sm" className={classes.booked} data-testid="desktop-booked">
      <IconCalendarEvent size={16} aria-hidden />
      <span>
        {t(what, {
          who: entry.owner,
          when: format.moment(isNow ? entry.ends_at : entry.starts_at),
        })}
      </span>
    </Text>
  );
}

/** Whether a click can lead anywhere: to the screen, to a start, or to what is already on its way. */
function canOpen(domain: Domain | null | undefined): boolean {
  if (domain == null) return true;
  return (
    domain.may.includes('open') ||
    domain.may.includes('start_domain') ||
    domain.may.includes('resume_domain') ||
    domain.state === 'creating' ||
    domain.state === 'starting'
  );
}

function DesktopState({ domain }: { domain: Domain | null | undefined }) {
  const { t } = useTranslation('desktops');
  const sentence = useDomainSentence();
  const pendingSentence = usePendingSentence();
  const pending = domain && pendingSentence(domain);
  const working = domain?.pending.find((request) => request.state === 'working');

  return (
    <div className={classes.state} role="status">
      <Text size="sm" className={classes.sentence}>
        <StateDot state={domain?.state ?? null} />
        {domain ? sentence(domain) : t('not_made')}
      </Text>
      {domain && <TimeLeft domain={domain} />}
      {domain?.state_detail != null && domain.state_detail !== '' && (
        <Text size="sm" c="dimmed">
          {domain.state_detail}
        </Text>
      )}
      {pending != null && (
        <Text size="sm" c="dimmed">
          {pending}
        </Text>
      )}
      {working && (
        <Progress value={working.progress} size="sm" mt={4} aria-label={pending ?? t('progress')} />
      )}
    </div>
  );
}
