import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { Cell, ListTable, RowLink, type Column } from '@/components/ListTable';
import { useFormat } from '@/i18n/format';
import { SourceBadge } from '@/people/SourceBadge';
import { UserBadges } from '@/people/UserBadges';

export function UsersTable({ users }: { users: readonly User[] }) {
  const { t } = useTranslation('users');
  const columns: readonly Column[] = [
    { text: t('column.name') },
    { text: t('column.state') },
    { text: t('column.source'), room: 'wide' },
    { text: t('column.seen'), room: 'wide' },
  ];
  return (
    <ListTable columns={columns} data-testid="users-table">
      {users.map((user) => (
        <Row key={user.id} user={user} />
      ))}
    </ListTable>
  );
}

function Row({ user }: { user: User }) {
  const { t } = useTranslation('users');
  const format = useFormat();
  return (
    <Table.Tr data-testid="user-row" data-name={user.name}>
      <Cell>
        <RowLink to={`/admin/users/${user.id}`} data-testid="user-link">
          {user.display_name || user.name}
        </RowLink>
        {user.display_name !== user.name && (
          <Text size="xs" c="dimmed">
            {user.name}
          </Text>
        )}
      </Cell>
      <Cell>
        <UserBadges user={user} />
      </Cell>
      <Cell room="wide">
        <SourceBadge source={user.source} />
      </Cell>
      <Cell room="wide" digits>
        <Text size="sm" c={user.last_sign_in_at == null ? 'dimmed' : undefined}>
          {user.last_sign_in_at == null ? t('never') : format.moment(user.last_sign_in_at)}
        </Text>
      </Cell>
    </Table.Tr>
  );
}
