import { Badge, Button, Group, Table, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLogout } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { sessionsQuery, useEndOtherSessions, useEndSession } from '@/api/account';
import type { OwnSession } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, type Column } from '@/components/ListTable';
import { Loaded } from '@/components/Loaded';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';
import { useFormat } from '@/i18n/format';
import { browserOf } from './browserOf';

/** Where else somebody is signed in as oneself. */
export function Sessions() {
  const { t } = useTranslation('account');
  const sessions = useQuery(sessionsQuery);
  const columns: readonly Column[] = [
    { text: t('sessions.column.where') },
    { text: t('sessions.column.since'), room: 'wide' },
    { text: t('sessions.column.used') },
    { text: t('sessions.column.actions'), silent: true },
  ];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('sessions.text')}
        </Text>
        <EndOthers isAlone={(sessions.data ?? []).length < 2} />
      </Group>
      <Loaded query={sessions}>
        {(all) => (
          <ListTable columns={columns} data-testid="sessions-table">
            {all.map((session) => (
              <Row key={session.id} session={session} />
            ))}
          </ListTable>
        )}
      </Loaded>
    </>
  );
}

function Row({ session }: { session: OwnSession }) {
  const { t } = useTranslation('account');
  const format = useFormat();
  const end = useEndSession();
  const showProblem = useShowProblem();
  const { id, user_agent, address, created_at, seen_at, is_this } = session;
  const known = browserOf(user_agent ?? null);
  const browser = known === null ? t('sessions.unknown') : t('sessions.browser', known);
  return (
    <Table.Tr data-testid="session-row" data-this={is_this}>
      <Cell>
        <Text size="sm" fw={550} component="div">
          {browser} {is_this && <Badge variant="light">{t('sessions.this')}</Badge>}
        </Text>
        <Text size="xs" c="dimmed">
          {address}
        </Text>
      </Cell>
      <Cell room="wide">
        <Text size="sm">{format.moment(created_at)}</Text>
      </Cell>
      <Cell>
        <Text size="sm">{is_this ? t('sessions.now') : format.moment(seen_at)}</Text>
      </Cell>
      <Cell>
        <RowButtons>
          {!is_this && (
            <RowAction
              label={t('sessions.end')}
              name={t('sessions.end_named', { where: `${browser}, ${address ?? ''}` })}
              icon={IconLogout}
              danger
              disabled={end.isPending}
              onClick={() => {
                end.mutate(id, {
                  onSuccess: () => {
                    notifications.show({ message: t('sessions.ended') });
                  },
                  onError: showProblem,
                });
              }}
              testId="session-end"
            />
          )}
        </RowButtons>
      </Cell>
    </Table.Tr>
  );
}

function EndOthers({ isAlone }: { isAlone: boolean }) {
  const { t } = useTranslation('account');
  const confirm = useConfirm();
  const end = useEndOtherSessions();
  const showProblem = useShowProblem();
  const endThem = async () => {
    const yes = await confirm({
      title: t('sessions.end_others_confirm.title'),
      text: t('sessions.end_others_confirm.text'),
      yes: t('sessions.end_others_confirm.yes'),
    });
    if (!yes) return;
    end.mutate(undefined, {
      onSuccess: () => {
        notifications.show({ message: t('sessions.others_ended') });
      },
      onError: showProblem,
    });
  };
  return (
    <Button
      variant="default"
      size="xs"
      disabled={isAlone}
      loading={end.isPending}
      onClick={() => void endThem()}
      data-testid="sessions-end-others"
    >
      {t('sessions.end_others')}
    </Button>
  );
}
