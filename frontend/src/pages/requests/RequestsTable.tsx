import { ActionIcon, Table, Text, Tooltip } from '@mantine/core';
import { IconRotateClockwise, IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Request } from '@/api/types';
import { Cell, ListTable, RowButtons, RowLink, type Column } from '@/components/ListTable';
import { useCommandName } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import { useCancel, useRetry } from './change';
import { RequestState } from './RequestState';

export function RequestsTable({ requests }: { requests: readonly Request[] }) {
  const { t } = useTranslation('requests');
  const columns: readonly Column[] = [
    { text: t('column.id'), room: 'wider' },
    { text: t('column.command') },
    { text: t('column.user'), room: 'wide' },
    { text: t('column.state') },
    { text: t('column.created'), room: 'wide' },
    { text: t('column.took'), room: 'wider' },
    { text: t('column.actions'), silent: true },
  ];
  return (
    <ListTable columns={columns} data-testid="requests-table">
      {requests.map((request) => (
        <RequestRow key={request.id} request={request} />
      ))}
    </ListTable>
  );
}

function RequestRow({ request }: { request: Request }) {
  const { t } = useTranslation('requests');
  const commandName = useCommandName();
  const format = useFormat();
  const { id, started_at: from, ended_at: to } = request;

  return (
    <Table.Tr
      data-testid="request-row"
      data-id={id}
      data-command={request.command}
      data-state={request.state}
    >
      <Cell room="wider" digits>
        {id}
      </Cell>
      <Cell>
        <RowLink to={`/requests/${id}`} data-testid="request-details">
          {commandName(request.command)}
        </RowLink>
        {request.domain_name != null && (
          <Text size="xs" c="dimmed">
            {request.domain_name}
          </Text>
        )}
      </Cell>
      <Cell room="wide">{request.user?.name}</Cell>
      <Cell>
        <RequestState request={request} />
      </Cell>
      <Cell room="wide" digits>
        {format.moment(request.created_at)}
      </Cell>
      <Cell room="wider" digits>
        {from != null && to != null && format.took(Date.parse(to) - Date.parse(from))}
      </Cell>
      <Cell>
        <RequestButtons request={request} text={t('of', { id })} />
      </Cell>
    </Table.Tr>
  );
}

function RequestButtons({ request, text }: { request: Request; text: string }) {
  const { t } = useTranslation('requests');
  const cancel = useCancel();
  const retry = useRetry();
  return (
    <RowButtons>
      {request.can_retry && (
        <Tooltip label={t('retry')}>
          <ActionIcon
            variant="subtle"
            size="lg"
            aria-label={`${t('retry')}: ${text}`}
            onClick={() => void retry(request)}
            data-testid="request-retry"
          >
            <IconRotateClockwise size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {request.can_cancel && (
        <Tooltip label={t('cancel')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={`${t('cancel')}: ${text}`}
            onClick={() => void cancel(request)}
            data-testid="request-cancel"
          >
            <IconX size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </RowButtons>
  );
}
