import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { GroupChange } from '@/api/types';
import { Cell, ListTable } from '@/components/ListTable';
import { Tag } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';

/** What becomes of each group that a list names. */
export function GroupChanges({ groups }: { groups: readonly GroupChange[] }) {
  const { t } = useTranslation('upload');
  const format = useFormat();
  return (
    <ListTable
      columns={[
        { text: t('column.group') },
        { text: t('column.members'), room: 'wide' },
        { text: t('column.change') },
      ]}
      data-testid="upload-groups"
    >
      {groups.map(({ name, is_made, is_removed, members, added, removed }) => (
        <Table.Tr key={name} data-testid="upload-changed-group" data-name={name}>
          <Cell>
            {name} {is_made && <Tag tone="good" text={t('group.made')} />}
            {is_removed && <Tag tone="bad" text={t('group.removed')} />}
          </Cell>
          <Cell room="wide" digits>
            {format.number(members)}
          </Cell>
          <Cell>
            {added.length > 0 && (
              <Text size="sm">{t('group.in', { names: format.list(added) })}</Text>
            )}
            {removed.length > 0 && (
              <Text size="sm" c="red">
                {t('group.out', { names: format.list(removed) })}
              </Text>
            )}
            {added.length === 0 && removed.length === 0 && (
              <Text size="sm" c="dimmed">
                {t('group.same')}
              </Text>
            )}
          </Cell>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
