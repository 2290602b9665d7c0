import { Button, Group, Select, Skeleton } from '@mantine/core';
import { IconListCheck, IconSearchOff } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { requestsQuery, useCommands } from '@/api/requests';
import { requestStates } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useCommandName } from '@/domains/sentence';
import { RequestDrawer } from './RequestDrawer';
import classes from './RequestsPage.module.css';
import { RequestsTable } from './RequestsTable';

export default function RequestsPage() {
  const { t } = useTranslation(['requests', 'common']);
  const commandName = useCommandName();
  const [params, setParams] = useSearchParams();
  // what stands in the address may be anything
  const state = requestStates.find((known) => known === params.get('state')) ?? null;
  const command = params.get('command');
  const query = useInfiniteQuery(
    requestsQuery({
      ...(state === null ? {} : { state }),
      ...(command === null ? {} : { command }),
    }),
  );
  const { data: commands } = useCommands();

  const set = (name: string, value: string | null) => {
    setParams((old) => {
      const next = new URLSearchParams(old);
      if (value === null) next.delete(name);
      else next.set(name, value);
      return next;
    });
  };
  const selected = Number(params.get('request'));
  const requests = query.data?.pages.flat();
  const filtering = state !== null || command !== null;

  return (
    <>
      <PageHead title={t('title')} text={t('text')} />
      <Group mb="md">
        <Select
          className={classes.filter}
          aria-label={t('filter.state')}
          placeholder={t('filter.state')}
          data={requestStates.map((value) => ({
            value,
            label: t(`common:request_state.${value}`),
          }))}
          value={state}
          onChange={(value) => {
            set('state', value);
          }}
          clearable
        />
        <Select
          className={classes.filter}
          aria-label={t('filter.command')}
          placeholder={t('filter.command')}
          data={(commands ?? []).map((c) => ({ value: c.command, label: commandName(c.command) }))}
          value={command}
          onChange={(value) => {
            set('command', value);
          }}
          clearable
          searchable
        />
      </Group>
      {requests === undefined ? (
        query.error === null ? (
          <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
        )
      ) : requests.length === 0 ? (
        filtering ? (
          <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')}>
            <Button
              variant="light"
              onClick={() => {
                setParams({});
              }}
            >
              {t('none.clear')}
            </Button>
          </StateView>
        ) : (
          <StateView icon={IconListCheck} title={t('empty.title')} text={t('empty.text')} />
        )
      ) : (
        <>
          <RequestsTable
            requests={requests}
            onDetails={(id) => {
              set('request', String(id));
            }}
          />
          {query.hasNextPage && (
            <Group justify="center" mt="lg">
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={() => void query.fetchNextPage()}
              >
                {t('older')}
              </Button>
            </Group>
          )}
        </>
      )}
      <RequestDrawer
        id={selected > 0 ? selected : null}
        onClose={() => {
          set('request', null);
        }}
      />
    </>
  );
}
