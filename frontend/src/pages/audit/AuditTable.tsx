import { Table, Text, UnstyledButton } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditEntry, AuditOutcome } from '@/api/types';
import { Cell, ListTable, type Column } from '@/components/ListTable';
import { Tag, type Tone } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import { useActionName } from './actionName';
import classes from './AuditPage.module.css';

const tones: Record<AuditOutcome, Tone> = {
  done: 'good',
  refused: 'warning',
  failed: 'bad',
  cancelled: 'still',
};

export function OutcomeBadge({ outcome }: { outcome: AuditOutcome }) {
  const { t } = useTranslation('audit');
  return <Tag tone={tones[outcome]} text={t(`outcome.${outcome}`)} />;
}

export function AuditTable({
  entries,
  onOpen,
}: {
  entries: readonly AuditEntry[];
  onOpen: (entry: AuditEntry) => void;
}) {
  const { t } = useTranslation('audit');
  const columns: readonly Column[] = [
    { text: t('column.at') },
    { text: t('column.what') },
    { text: t('column.who'), room: 'wide' },
    { text: t('column.from'), room: 'wider' },
    { text: t('column.outcome') },
  ];
  return (
    <ListTable columns={columns} data-testid="audit-table">
      {entries.map((entry) => (
        <Row key={entry.id} entry={entry} onOpen={onOpen} />
      ))}
    </ListTable>
  );
}

function Row({ entry, onOpen }: { entry: AuditEntry; onOpen: (entry: AuditEntry) => void }) {
  const { t } = useTranslation('audit');
  const format = useFormat();
  const actionName = useActionName();
  const who = entry.user_name ?? t('nobody');
  return (
    <Table.Tr
      data-testid="audit-row"
      data-id={entry.id}
      data-action={entry.action}
      data-outcome={entry.outcome}
    >
      <Cell digits>
        <Text size="sm" span>
          {format.seconds(entry.at)}
        </Text>
      </Cell>
      <Cell>
        <UnstyledButton
          className={classes.what}
          onClick={() => {
            onOpen(entry);
          }}
          data-testid="audit-details"
        >
          {actionName(entry.action)}
        </UnstyledButton>
        <Text size="xs" c="dimmed" className={classes.subject}>
          {entry.subject}
        </Text>
        <Text size="xs" c="dimmed" className={classes.narrow}>
          {who}
        </Text>
      </Cell>
      <Cell room="wide">{who}</Cell>
      <Cell room="wider" digits>
        {entry.address ?? t('here')}
      </Cell>
      <Cell>
        <OutcomeBadge outcome={entry.outcome} />
      </Cell>
    </Table.Tr>
  );
}
