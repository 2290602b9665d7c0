import { Alert, Button, Skeleton, Stack, Text } from '@mantine/core';
import { IconCamera, IconCameraOff, IconPencil, IconRestore, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '@/api/session';
import { snapshotsQuery } from '@/api/snapshots';
import type { Domain, Snapshot } from '@/api/types';
import { RowAction } from '@/components/RowAction';
import { useConfirm } from '@/components/Confirm';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { StateView } from '@/components/StateView';
import { useFormat } from '@/i18n/format';
import { useAskOf } from './ask';
import { SnapshotDialog } from './SnapshotDialog';
import classes from './Snapshots.module.css';

/** What was kept of its disks, and the way back to it. */
export default function Snapshots({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data, error, refetch } = useQuery(snapshotsQuery(domain.id));
  const [edited, setEdited] = useState<Snapshot | 'new' | null>(null);
  const user = useUser();
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  const { snapshots, limit } = data;
  // with whom it is shared, looks on
  const isOwn = user?.is_admin === true || user?.id === domain.owner.id;
  const isFull = snapshots.length >= limit;
  return (
    <>
      <Panel title={t('snapshots.title')}>
        <Stack gap="md">
          <div className={classes.head}>
            <div className={classes.about}>
              <Text size="sm">{t('snapshots.rule')}</Text>
              <Text size="sm" c="dimmed" mt={4} data-testid="snapshots-count">
                {t('snapshots.count', { count: limit, taken: snapshots.length })}
              </Text>
            </div>
            {isOwn && (
              <Button
                leftSection={<IconCamera size={18} aria-hidden />}
                disabled={isFull || !domain.may.includes('take_snapshot')}
                onClick={() => {
                  setEdited('new');
                }}
                data-testid="snapshot-take"
              >
                {t('snapshots.take')}
              </Button>
            )}
          </div>
          {isOwn && <WhyNot domain={domain} isFull={isFull} />}
          {snapshots.length === 0 ? (
            <StateView
              icon={IconCameraOff}
              title={t('snapshots.none.title')}
              text={t('snapshots.none.text')}
            />
          ) : (
            <ul className={classes.snapshots} data-testid="snapshots">
              {[...snapshots].reverse().map((snapshot) => (
                <Row
                  key={snapshot.id}
                  domain={domain}
                  snapshot={snapshot}
                  onEdit={isOwn ? setEdited : null}
                />
              ))}
            </ul>
          )}
        </Stack>
      </Panel>
      <SnapshotDialog
        domain={domain}
        edited={edited}
        onClose={() => {
          setEdited(null);
        }}
      />
    </>
  );
}

/** Why none can be taken now, and what to do about it. */
function WhyNot({ domain, isFull }: { domain: Domain; isFull: boolean }) {
  const { t } = useTranslation('machine');
  if (!isFull && domain.may.includes('take_snapshot')) return null;
  const why = isFull ? 'full' : domain.state === 'shutdown' ? 'cannot' : 'off_first';
  return (
    <Alert color="gray" data-testid="snapshots-note">
      {t(`snapshots.${why}`)}
    </Alert>
  );
}

function Row({
  domain,
  snapshot,
  onEdit,
}: {
  domain: Domain;
  snapshot: Snapshot;
  /** Null for those who only look on. */
  onEdit: ((snapshot: Snapshot) => void) | null;
}) {
  const { t } = useTranslation('machine');
  const format = useFormat();
  const confirm = useConfirm();
  const ask = useAskOf(domain);
  const showProblem = useShowProblem();
  const { id, name, description, taken_at, taken_by, is_whole } = snapshot;
  const when = format.moment(taken_at);
  const isOff = domain.state === 'shutdown' || domain.state === 'hibernated';
  const doIt = async (question: 'revert' | 'remove') => {
    const yes = await confirm({
      title: t(`snapshots.${question}_confirm.title`, { name }),
      text: t(`snapshots.${question}_confirm.text`, { when }),
      yes: t(`snapshots.${question}_confirm.yes`),
      danger: true,
    });
    if (yes) await ask(`${question}_snapshot`, { snapshot: id }).catch(showProblem);
  };
  return (
    <li data-testid="snapshot" data-name={name}>
      <div className={classes.about}>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        {description !== null && <Text size="sm">{description}</Text>}
        <Text size="xs" c="dimmed">
          {is_whole ? [when, taken_by].filter(Boolean).join(' · ') : t('snapshots.being_taken')}
        </Text>
      </div>
      {onEdit && (
        <div className={classes.buttons}>
          <Button
            size="compact-sm"
            variant="light"
            leftSection={<IconRestore size={16} aria-hidden />}
            disabled={!is_whole}
            aria-label={t('snapshots.revert_named', { name })}
            onClick={() => void doIt('revert')}
            data-testid="snapshot-revert"
          >
            {t('snapshots.revert')}
          </Button>
          <RowAction
            label={t('snapshots.edit')}
            name={t('snapshots.edit_named', { name })}
            icon={IconPencil}
            onClick={() => {
              onEdit(snapshot);
            }}
            testId="snapshot-edit"
          />
          <RowAction
            label={t(isOff ? 'snapshots.remove' : 'snapshots.remove_off')}
            name={t('snapshots.remove_named', { name })}
            icon={IconTrash}
            danger
            disabled={!isOff}
            onClick={() => {
              void doIt('remove');
            }}
            testId="snapshot-remove"
          />
        </div>
      )}
    </li>
  );
}
