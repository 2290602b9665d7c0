import { Button, Table, Text } from '@mantine/core';
import { IconTrash } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { backupsQuery } from '@/api/backups';
import { useAsk } from '@/api/requests';
import type { Backup } from '@/api/types';
import { RowAction } from '@/components/RowAction';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, RowLink, type Column } from '@/components/ListTable';
import { useShowProblem } from '@/components/problemText';
import { useFormat } from '@/i18n/format';
import { RestoreDialog } from './RestoreDialog';

/** Backups, each with what can be done with it. */
export function BackupsTable({ backups }: { backups: readonly Backup[] }) {
  const { t } = useTranslation('backups');
  const [restored, setRestored] = useState<Backup | null>(null);
  const columns: readonly Column[] = [
    { text: t('column.machine') },
    { text: t('column.taken') },
    { text: t('column.size'), room: 'wide' },
    { text: t('column.node'), room: 'wider' },
    { text: t('column.actions'), silent: true },
  ];
  return (
    <>
      <ListTable columns={columns} data-testid="backups-table">
        {backups.map((backup) => (
          <Row key={backup.file} backup={backup} onRestore={setRestored} />
        ))}
      </ListTable>
      <RestoreDialog
        backup={restored}
        onClose={() => {
          setRestored(null);
        }}
      />
    </>
  );
}

function Row({ backup, onRestore }: { backup: Backup; onRestore: (backup: Backup) => void }) {
  const { t } = useTranslation('backups');
  const format = useFormat();
  const remove = useRemove();
  const { domain_id, domain_name: name, is_there, node, needs_base, size_bytes } = backup;
  const when = format.moment(backup.taken_at);
  return (
    <Table.Tr data-testid="backup-row" data-file={backup.file} data-name={name}>
      <Cell>
        {is_there ? <RowLink to={`/machines/${domain_id}`}>{name}</RowLink> : name}
        <Text size="xs" c="dimmed">
          {[is_there ? null : t('gone'), needs_base ? t('needs_base') : null]
            .filter(Boolean)
            .join(' · ')}
        </Text>
      </Cell>
      <Cell>
        {when}
        <Text size="xs" c="dimmed">
          {backup.taken_by}
        </Text>
      </Cell>
      <Cell room="wide" digits>
        {format.bytes(size_bytes)}
      </Cell>
      <Cell room="wider">{node}</Cell>
      <Cell>
        <RowButtons>
          <Button
            size="compact-sm"
            variant="light"
            aria-label={t('restore_named', { name, when })}
            onClick={() => {
              onRestore(backup);
            }}
            data-testid="backup-restore"
          >
            {t('restore.open')}
          </Button>
          <RowAction
            label={t('remove')}
            name={t('remove_named', { name, when })}
            icon={IconTrash}
            danger
            onClick={() => {
              void remove(backup);
            }}
            testId="backup-remove"
          />
        </RowButtons>
      </Cell>
    </Table.Tr>
  );
}

function useRemove(): (backup: Backup) => Promise<void> {
  const { t } = useTranslation('backups');
  const format = useFormat();
  const client = useQueryClient();
  const confirm = useConfirm();
  const { mutateAsync: ask } = useAsk();
  const showProblem = useShowProblem();
  return async ({ file, domain_name: name, taken_at, is_there }) => {
    const yes = await confirm({
      title: t('remove_confirm.title', { name, when: format.moment(taken_at) }),
      text: t(is_there ? 'remove_confirm.text' : 'remove_confirm.text_gone'),
      yes: t('remove'),
      danger: true,
    });
    if (!yes) return;
    await ask({ command: 'remove_backup', args: { file } }).catch(showProblem);
    await client.invalidateQueries({ queryKey: backupsQuery.queryKey });
  };
}
