import { Button, Group, Select, Skeleton } from '@mantine/core';
import { IconFileUpload, IconPlus, IconSearchOff } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '@/api/pages';
import { useMay } from '@/api/session';
import { userSources } from '@/api/types';
import { userPagesQuery } from '@/api/users';
import { choice, FilterCount, Filters, SearchInput } from '@/components/Filters';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import '@/people/area';
import { filterOf, kinds } from './filter';
import { NewUserDialog } from './NewUserDialog';
import { UsersTable } from './UsersTable';

/** The accounts, and the ways in which new ones come. */
export default function UsersPage() {
  const { t } = useTranslation(['users', 'people', 'common']);
  const { params, set, clear } = useFilters();
  const filter = useMemo(() => filterOf(params), [params]);
  const query = usePages(userPagesQuery(filter));
  const users = query.data?.pages.flatMap((page) => page.users);
  const total = query.data?.pages[0]?.total;
  const mayChange = useMay()('manage_users');
  const [making, setMaking] = useState(false);

  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        {mayChange && (
          <Group gap="sm">
            <Button
              component={Link}
              to="/admin/upload"
              variant="default"
              leftSection={<IconFileUpload size={18} aria-hidden />}
              data-testid="users-upload"
            >
              {t('upload')}
            </Button>
            <Button
              leftSection={<IconPlus size={18} aria-hidden />}
              onClick={() => {
                setMaking(true);
              }}
              data-testid="user-add"
            >
              {t('add')}
            </Button>
          </Group>
        )}
      </PageHead>
      <Filters>
        <SearchInput
          label={t('filter.text')}
          value={params.get('text') ?? ''}
          onSearch={(value) => {
            set('text', value, true);
          }}
          data-testid="users-text"
        />
        <Select
          className={choice}
          aria-label={t('filter.source')}
          placeholder={t('filter.source')}
          data={userSources.map((source) => ({
            value: source,
            label: t(`people:source.${source}`),
          }))}
          value={filter.source ?? null}
          onChange={(source) => {
            set('source', source);
          }}
          clearable
          data-testid="users-source"
        />
        <Select
          className={choice}
          aria-label={t('filter.kind')}
          placeholder={t('filter.kind')}
          data={kinds.map((kind) => ({ value: kind, label: t(`kind.${kind}`) }))}
          value={kinds.find((kind) => filter[kind]) ?? null}
          onChange={(kind) => {
            set('kind', kind);
          }}
          clearable
          data-testid="users-kind"
        />
        {total !== undefined && <FilterCount>{t('count', { count: total })}</FilterCount>}
      </Filters>
      {users === undefined ? (
        query.error === null ? (
          <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
        )
      ) : users.length > 0 ? (
        <>
          <UsersTable users={users} />
          {query.hasNextPage && (
            <Group justify="center" mt="lg">
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={query.older}
                data-testid="users-more"
              >
                {t('more')}
              </Button>
            </Group>
          )}
        </>
      ) : (
        <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')}>
          <Button variant="light" onClick={clear}>
            {t('none.clear')}
          </Button>
        </StateView>
      )}
      <NewUserDialog
        opened={making}
        onClose={() => {
          setMaking(false);
        }}
      />
    </>
  );
}
