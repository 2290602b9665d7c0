import { Alert, Anchor, Button, Progress, Skeleton, Text } from '@mantine/core';
import {
  IconArrowsMaximize,
  IconFolderShare,
  IconInfoCircle,
  IconPlus,
  IconTrash,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Domain, Volume } from '@/api/types';
import { volumesQuery } from '@/api/volumes';
import { RowAction } from '@/components/RowAction';
import { ConfirmByName } from '@/components/ConfirmByName';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { nameOf } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import { useAskOf } from './ask';
import { Cds } from './Cds';
import { DiskDialog } from './DiskDialog';
import { MoveDialog } from './MoveDialog';
import classes from './Disks.module.css';

/** What it has its content on. */
export default function Disks({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data, error, refetch } = useQuery(volumesQuery(domain.id));
  const [edited, setEdited] = useState<Volume | 'new' | null>(null);
  const [removed, setRemoved] = useState<Volume | null>(null);
  const [moved, setMoved] = useState<Volume | null>(null);
  const ask = useAskOf(domain);
  const format = useFormat();
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  const { volumes, cds, may_change, may_change_cds } = data;
  // its memory knows the disks as they are
  const mayChange = may_change && domain.state !== 'hibernated';
  const mayMove = domain.may.includes('set') && !domain.is_base && domain.state === 'shutdown';
  return (
    <>
      <Note domain={domain} mayChange={may_change} />
      <div className={classes.columns}>
        <Panel title={t('disks.title')}>
          <ul className={classes.disks} data-testid="disks">
            {volumes.map((volume, i) => (
              <Disk
                key={volume.target}
                volume={volume}
                onGrow={mayChange ? setEdited : null}
                onRemove={mayChange && i > 0 ? setRemoved : null}
                onMove={mayMove ? setMoved : null}
              />
            ))}
          </ul>
          {mayChange && (
            <Button
              mt="sm"
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} aria-hidden />}
              onClick={() => {
                setEdited('new');
              }}
              data-testid="disk-add"
            >
              {t('disks.add')}
            </Button>
          )}
        </Panel>
        <Panel title={t('cds.title')}>
          <Cds
            domain={domain}
            cds={cds}
            mayChange={may_change_cds && domain.state !== 'hibernated'}
          />
        </Panel>
      </div>
      <DiskDialog
        domain={domain}
        edited={edited}
        onClose={() => {
          setEdited(null);
        }}
      />
      <MoveDialog
        domain={domain}
        volume={moved}
        onClose={() => {
          setMoved(null);
        }}
      />
      <ConfirmByName
        asked={removed !== null}
        title={t('disks.remove_confirm.title', {
          target: removed?.target,
          name: nameOf(domain),
        })}
        text={t('disks.remove_confirm.text', {
          size: format.memory((removed?.used_bytes ?? removed?.capacity_bytes ?? 0) / 1024),
        })}
        name={domain.name}
        yes={t('disks.remove')}
        onYes={() => ask('remove_disk', { target: removed?.target })}
        onClose={() => {
          setRemoved(null);
        }}
      />
    </>
  );
}

/** Why nothing can be changed, or when what is changed takes effect. */
function Note({ domain, mayChange }: { domain: Domain; mayChange: boolean }) {
  const { t } = useTranslation('machine');
  const isOn = domain.state === 'active' || domain.state === 'paused';
  if (domain.is_base) return <Hint text={t('disks.base')} />;
  if (!mayChange) return null;
  if (domain.state === 'hibernated') return <Hint text={t('disks.hibernated')} />;
  return isOn ? <Hint text={t('disks.running')} /> : null;
}

function Hint({ text }: { text: string }) {
  return (
    <Alert color="gray" mb="md" icon={<IconInfoCircle aria-hidden />} data-testid="disks-note">
      {text}
    </Alert>
  );
}

function Disk({
  volume,
  onGrow,
  onRemove,
  onMove,
}: {
  volume: Volume;
  onGrow: ((volume: Volume) => void) | null;
  onRemove: ((volume: Volume) => void) | null;
  onMove: ((volume: Volume) => void) | null;
}) {
  const { t } = useTranslation('machine');
  const format = useFormat();
  const { target, kind, capacity_bytes, used_bytes, path, chain } = volume;
  const [below] = chain;
  return (
    <li data-testid="disk" data-target={target} data-kind={kind}>
      <div className={classes.about}>
        <Text size="sm" fw={550}>
          {`${t(`disks.kind.${kind}`)} · ${format.memory(capacity_bytes / 1024)}`}
        </Text>
        {used_bytes !== null && (
          <Progress
            className={classes.used}
            size="sm"
            value={(100 * used_bytes) / capacity_bytes}
            aria-label={t('disks.used_of', { target })}
          />
        )}
        <Text size="xs" c="dimmed">
          {used_bytes === null
            ? target
            : `${target} · ${t('disks.used', { size: format.memory(used_bytes / 1024) })}`}
        </Text>
        <Text size="xs" c="dimmed">
          {volume.is_frozen ? t('disks.frozen') : t(`disks.kind_rule.${kind}`)}
        </Text>
        {below && (
          <Text size="xs" c="dimmed">
            {t('disks.below')}{' '}
            <Anchor component={Link} to={`/machines/${below.domain_id}`} size="xs">
              {below.domain_name}
            </Anchor>
          </Text>
        )}
        {path !== null && (
          <Text size="xs" c="dimmed" className={classes.path}>
            {volume.storage === null ? path : `${volume.storage}: ${path}`}
          </Text>
        )}
      </div>
      <div className={classes.buttons}>
        {onGrow && (
          <RowAction
            label={t('disks.grow')}
            name={t('disks.grow_named', { target })}
            icon={IconArrowsMaximize}
            onClick={() => {
              onGrow(volume);
            }}
            testId="disk-grow"
          />
        )}
        {onMove && (
          <RowAction
            label={t('disks.move')}
            name={t('disks.move_named', { target })}
            icon={IconFolderShare}
            onClick={() => {
              onMove(volume);
            }}
            testId="disk-move"
          />
        )}
        {onRemove && (
          <RowAction
            label={t('disks.remove')}
            name={t('disks.remove_named', { target })}
            icon={IconTrash}
            danger
            onClick={() => {
              onRemove(volume);
            }}
            testId="disk-remove"
          />
        )}
      </div>
    </li>
  );
}
