import { ActionIcon, Progress, Table, Text, Tooltip, UnstyledButton } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Request } from '@/api/types';
import { useCommandName } from '@/domains/sentence';
import { RequestStateBadge } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import { isCancellable, useCancel } from './cancel';
import classes from './RequestsTable.module.css';

export function RequestsTable({
  requests,
  onDetails,
}: {
  requests: readonly Request[];
  onDetails: (id: number) => void;
}) {
  const { t } = useTranslation('requests');
  return (
    <div className={classes.frame}>
      <Table
        highlightOnHover
        verticalSpacing="sm"
        horizontalSpacing="md"
        data-testid="requests-table"
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th className={classes.wider}>{t('column.id')}</Table.Th>
            <Table.Th>{t('column.command')}</Table.Th>
            <Table.Th className={classes.wide}>{t('column.user')}</Table.Th>
            <Table.Th>{t('column.state')}</Table.Th>
            <Table.Th className={classes.wide}>{t('column.created')}</Table.Th>
            <Table.Th className={classes.wider}>{t('column.took')}</Table.Th>
            <Table.Th>
              <span className="visually-hidden">{t('column.actions')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {requests.map((request) => (
            <RequestRow key={request.id} request={request} onDetails={onDetails} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function RequestRow({ request, onDetails }: { request: Request; onDetails: (id: number) => void }) {
  const { t } = useTranslation('requests');
  const commandName = useCommandName();
  const format = useFormat();
  const cancel = useCancel();
  const { started_at: from, ended_at: to } = request;

  return (
    <Table.Tr
      data-testid="request-row"
      data-id={request.id}
      data-command={request.command}
      data-state={request.state}
    >
      <Table.Td className={`${classes.wider} ${classes.number}`}>{request.id}</Table.Td>
      <Table.Td>
        <UnstyledButton
          className={classes.link}
          onClick={() => {
            onDetails(request.id);
          }}
          data-testid="request-details"
        >
          {commandName(request.command)}
        </UnstyledButton>
        {request.domain_name != null && (
          <Text size="xs" c="dimmed" className={classes.break}>
            {request.domain_name}
          </Text>
        )}
      </Table.Td>
      <Table.Td className={classes.wide}>{request.user.name}</Table.Td>
      <Table.Td>
        <RequestProgress request={request} />
      </Table.Td>
      <Table.Td className={`${classes.wide} ${classes.number}`}>
        {format.moment(request.created_at)}
      </Table.Td>
      <Table.Td className={`${classes.wider} ${classes.number}`}>
        {from != null && to != null && format.duration((Date.parse(to) - Date.parse(from)) / 1000)}
      </Table.Td>
      <Table.Td>
        {isCancellable(request) && (
          <Tooltip label={t('cancel')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('cancel_named', { id: request.id })}
              onClick={() => {
                cancel(request.id);
              }}
              data-testid="request-cancel"
            >
              <IconX size={18} aria-hidden />
            </ActionIcon>
          </Tooltip>
        )}
      </Table.Td>
    </Table.Tr>
  );
}

/** State, and below it how far, why it waits, or why it failed. */
export function RequestProgress({ request }: { request: Request }) {
  const { t } = useTranslation('requests');
  const text = request.error?.message ?? (request.state === 'done' ? null : request.progress_text);
  return (
    <div className={classes.state}>
      <RequestStateBadge state={request.state} />
      {text != null && text !== '' && (
        <Text size="xs" c={request.state === 'failed' ? 'red' : 'dimmed'} lineClamp={2}>
          {text}
        </Text>
      )}
      {request.state === 'working' && (
        <Progress
          className={classes.progress}
          size="sm"
          value={request.progress}
          aria-label={text ?? t('column.state')}
        />
      )}
    </div>
  );
}
