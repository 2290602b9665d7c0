import { Button, Group, Skeleton } from '@mantine/core';
import { IconListCheck, IconSearchOff } from '@tabler/icons-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { usePages } from '@/api/pages';
import { requestsQuery } from '@/api/requests';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import { filterOf, RequestFilters } from './RequestFilters';
import { RequestsTable } from './RequestsTable';

export default function RequestsPage() {
  const { t } = useTranslation(['requests', 'common']);
  const { params, set, clear } = useFilters();
  const filter = useMemo(() => filterOf(params), [params]);
  const query = usePages(requestsQuery(filter));
  const requests = query.data?.pages.flat();

  return (
    <>
      <PageHead title={t('title')} text={t('text')} />
      <RequestFilters params={params} set={set} />
      {requests === undefined ? (
        query.error === null ? (
          <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
        )
      ) : requests.length > 0 ? (
        <>
          <RequestsTable requests={requests} />
          {query.hasNextPage && (
            <Group justify="center" mt="lg">
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={query.older}
                data-testid="requests-older"
              >
                {t('older')}
              </Button>
            </Group>
          )}
        </>
      ) : Object.keys(filter).length > 0 ? (
        <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')}>
          <Button variant="light" onClick={clear}>
            {t('none.clear')}
          </Button>
        </StateView>
      ) : (
        <StateView icon={IconListCheck} title={t('empty.title')} text={t('empty.text')} />
      )}
    </>
  );
}
