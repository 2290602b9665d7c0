import { Button, Group, Skeleton, Table, Text } from '@mantine/core';
import {
  IconBook2,
  IconFileUpload,
  IconPlus,
  IconSearchOff,
  IconUsersGroup,
} from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { groupsQuery } from '@/api/groups';
import { useMay } from '@/api/session';
import type { UserGroup } from '@/api/types';
import { FilterCount, Filters, SearchInput } from '@/components/Filters';
import { Cell, ListTable, RowLink, type Column } from '@/components/ListTable';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import { useFormat } from '@/i18n/format';
import { SourceBadge } from '@/people/SourceBadge';
import { DirectoryDialog } from './DirectoryDialog';
import { NewGroupDialog } from './NewGroupDialog';

/** Groups of people: those made here, and those that a directory or a sign-in service tells of. */
export default function GroupsPage() {
  const { t } = useTranslation(['groups', 'common']);
  const { data: groups, error, refetch } = useQuery(groupsQuery);
  const { params, set } = useFilters();
  const mayChange = useMay()('manage_groups');
  const [dialog, setDialog] = useState<'new' | 'directory' | null>(null);
  const close = () => {
    setDialog(null);
  };
  const text = params.get('text') ?? '';
  const shown = (groups ?? []).filter(({ name, description }) =>
    `${name}\n${description ?? ''}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        {mayChange && (
          <Group gap="sm">
            <Button
              component={Link}
              to="/admin/upload/members"
              variant="default"
              leftSection={<IconFileUpload size={18} aria-hidden />}
              data-testid="groups-upload"
            >
              {t('upload')}
            </Button>
            <Button
              variant="default"
              leftSection={<IconBook2 size={18} aria-hidden />}
              onClick={() => {
                setDialog('directory');
              }}
              data-testid="group-register"
            >
              {t('register')}
            </Button>
            <Button
              leftSection={<IconPlus size={18} aria-hidden />}
              onClick={() => {
                setDialog('new');
              }}
              data-testid="group-add"
            >
              {t('add')}
            </Button>
          </Group>
        )}
      </PageHead>
      {groups === undefined ? (
        error === null ? (
          <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={error} onRetry={() => void refetch()} />
        )
      ) : groups.length === 0 ? (
        <StateView icon={IconUsersGroup} title={t('empty.title')} text={t('empty.text')} />
      ) : (
        <>
          <Filters>
            <SearchInput
              label={t('search')}
              value={text}
              onSearch={(value) => {
                set('text', value, true);
              }}
              data-testid="groups-text"
            />
            <FilterCount>{t('count', { count: shown.length })}</FilterCount>
          </Filters>
          {shown.length === 0 ? (
            <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')} />
          ) : (
            <GroupsTable groups={shown} />
          )}
        </>
      )}
      <NewGroupDialog opened={dialog === 'new'} onClose={close} />
      <DirectoryDialog opened={dialog === 'directory'} onClose={close} />
    </>
  );
}

function GroupsTable({ groups }: { groups: readonly UserGroup[] }) {
  const { t } = useTranslation('groups');
  const format = useFormat();
  const columns: readonly Column[] = [
    { text: t('column.name') },
    { text: t('column.members') },
    { text: t('column.source') },
    { text: t('column.description'), room: 'wide' },
  ];
  return (
    <ListTable columns={columns} data-testid="groups-table">
      {groups.map(({ id, name, description, source, members }) => (
        <Table.Tr key={id} data-testid="group-row" data-name={name}>
          <Cell>
            <RowLink to={`/admin/groups/${id}`} data-testid="group-link">
              {name}
            </RowLink>
          </Cell>
          <Cell digits>{format.number(members)}</Cell>
          <Cell>
            <SourceBadge source={source} />
          </Cell>
          <Cell room="wide">
            <Text size="sm" c="dimmed">
              {description}
            </Text>
          </Cell>
        </Table.Tr>
      ))}
    </ListTable>
  );
}
