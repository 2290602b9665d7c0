import { Anchor, Button, Code, Drawer, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { requestQuery } from '@/api/requests';
import type { Request } from '@/api/types';
import { Facts } from '@/components/Facts';
import { ProblemState } from '@/components/ProblemState';
import { useCommandName } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import { isCancellable, useCancel } from './cancel';
import { RequestProgress } from './RequestsTable';

export function RequestDrawer({ id, onClose }: { id: number | null; onClose: () => void }) {
  const { t } = useTranslation(['requests', 'common']);
  return (
    <Drawer
      opened={id !== null}
      onClose={onClose}
      position="right"
      size="md"
      title={id === null ? '' : t('drawer', { id })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {id !== null && <Details key={id} id={id} />}
    </Drawer>
  );
}

function Details({ id }: { id: number }) {
  const { t } = useTranslation(['requests', 'common']);
  const { data: request, error, refetch } = useQuery(requestQuery(id));
  if (request !== undefined) return <RequestFacts request={request} />;
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <Skeleton height={360} role="status" aria-label={t('common:loading')} />;
}

function RequestFacts({ request }: { request: Request }) {
  const { t } = useTranslation('requests');
  const commandName = useCommandName();
  const format = useFormat();
  const cancel = useCancel();
  const moment = (iso: string | null | undefined) => (iso == null ? null : format.dateTime(iso));

  return (
    <Stack data-testid="request-drawer">
      <RequestProgress request={request} />
      <Facts
        facts={[
          [t('column.command'), commandName(request.command)],
          [
            t('fact.machine'),
            request.domain_id == null ? (
              request.domain_name
            ) : (
              <Anchor
                component={Link}
                to={`/admin/machines?machine=${request.domain_id}`}
                size="sm"
              >
                {request.domain_name ?? request.domain_id}
              </Anchor>
            ),
          ],
          [t('column.user'), request.user.name],
          [t('column.created'), moment(request.created_at)],
          [t('fact.at'), moment(request.at)],
          [t('fact.after'), request.after_id == null ? null : format.number(request.after_id)],
          [t('fact.started'), moment(request.started_at)],
          [t('fact.ended'), moment(request.ended_at)],
          [t('fact.attempts'), format.number(request.attempts)],
          [t('fact.error'), request.error?.code],
        ]}
      />
      <Json title={t('fact.args')} value={request.args} />
      {request.result != null && <Json title={t('fact.result')} value={request.result} />}
      {isCancellable(request) && (
        <Button
          variant="light"
          color="red"
          onClick={() => {
            cancel(request.id);
          }}
        >
          {t('cancel')}
        </Button>
      )}
    </Stack>
  );
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {title}
      </Text>
      <Code block>{JSON.stringify(value, null, 2)}</Code>
    </div>
  );
}
