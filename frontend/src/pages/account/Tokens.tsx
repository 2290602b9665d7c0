import { Button, Group, Table, Text } from '@mantine/core';
import { IconPlus, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { tokensQuery, useRevokeToken } from '@/api/account';
import type { ApiToken } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, type Column } from '@/components/ListTable';
import { Loaded } from '@/components/Loaded';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';
import { useFormat } from '@/i18n/format';
import { TokenDialog } from './TokenDialog';
import { useScopeText } from './useScopeText';

/** What lets programs call the API in one's name. */
export function Tokens() {
  const { t } = useTranslation('account');
  const tokens = useQuery(tokensQuery);
  const [adding, setAdding] = useState(false);
  const columns: readonly Column[] = [
    { text: t('tokens.column.name') },
    { text: t('tokens.column.scopes'), room: 'wide' },
    { text: t('tokens.column.expires') },
    { text: t('tokens.column.used'), room: 'wide' },
    { text: t('tokens.column.actions'), silent: true },
  ];
  return (
    <>
      <Group justify="space-between" mb="sm">
        <Text size="sm" c="dimmed">
          {t('tokens.text')}
        </Text>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPlus size={16} aria-hidden />}
          onClick={() => {
            setAdding(true);
          }}
          data-testid="token-add"
        >
          {t('tokens.add')}
        </Button>
      </Group>
      <Loaded query={tokens} height={60}>
        {({ tokens: all }) =>
          all.length === 0 ? (
            <Text size="sm">{t('tokens.none')}</Text>
          ) : (
            <ListTable columns={columns} data-testid="tokens-table">
              {all.map((token) => (
                <Row key={token.id} token={token} />
              ))}
            </ListTable>
          )
        }
      </Loaded>
      <TokenDialog
        opened={adding}
        scopes={tokens.data?.scopes ?? []}
        onClose={() => {
          setAdding(false);
        }}
      />
    </>
  );
}

function Row({ token }: { token: ApiToken }) {
  const { t } = useTranslation('account');
  const format = useFormat();
  const scopeText = useScopeText();
  const confirm = useConfirm();
  const revoke = useRevokeToken();
  const showProblem = useShowProblem();
  const { id, name, prefix, scopes, expires_at, last_used_at, last_used_from } = token;
  const isExpired = new Date(expires_at) < new Date();
  const revokeIt = async () => {
    const yes = await confirm({
      title: t('tokens.revoke_confirm.title', { name }),
      text: t('tokens.revoke_confirm.text'),
      yes: t('tokens.revoke_confirm.yes'),
      danger: true,
    });
    if (yes) revoke.mutate(id, { onError: showProblem });
  };
  return (
    <Table.Tr data-testid="token-row" data-name={name}>
      <Cell>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {`${prefix}…`}
        </Text>
      </Cell>
      <Cell room="wide">
        <Text size="sm">{format.list(scopes.map(scopeText))}</Text>
      </Cell>
      <Cell>
        <Text size="sm" c={isExpired ? 'red' : undefined}>
          {isExpired ? t('tokens.expired') : format.dateTime(expires_at)}
        </Text>
      </Cell>
      <Cell room="wide">
        <Text size="sm">
          {last_used_at == null ? t('tokens.never_used') : format.moment(last_used_at)}
        </Text>
        <Text size="xs" c="dimmed">
          {last_used_from}
        </Text>
      </Cell>
      <Cell>
        <RowButtons>
          <RowAction
            label={t('tokens.revoke')}
            name={t('tokens.revoke_named', { name })}
            icon={IconTrash}
            danger
            disabled={revoke.isPending}
            onClick={() => void revokeIt()}
            testId="token-revoke"
          />
        </RowButtons>
      </Cell>
    </Table.Tr>
  );
}
