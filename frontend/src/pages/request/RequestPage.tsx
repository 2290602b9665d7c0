import { Alert, Anchor, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconAlertCircle, IconClock, IconRotateClockwise, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, useNavigate, useParams } from 'react-router';
import { healthQuery } from '@/api/health';
import { requestQuery } from '@/api/requests';
import { useUser } from '@/api/session';
import type { Request } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { Facts } from '@/components/Facts';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useFailureText } from '@/domains/failure';
import { useCommandName } from '@/domains/sentence';
import { useWait } from '@/domains/waiting';
import { useFormat } from '@/i18n/format';
import { watch } from '@/messages/watched';
import { useCancel, useRetry } from '../requests/change';
import { RequestState } from '../requests/RequestState';
import { DoneBy } from './DoneBy';
import classes from './RequestPage.module.css';
import { Timeline } from './Timeline';

export default function RequestPage() {
  const { id = '' } = useParams();
  const { data, error, refetch } = useQuery(requestQuery(Number(id)));
  useEffect(() => {
    const left = new AbortController();
    watch(Number(id), left.signal);
    return () => {
      left.abort();
    };
  }, [id]);
  if (data !== undefined) return <Whole request={data} />;
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <PageSkeleton />;
}

function Whole({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const commandName = useCommandName();
  const user = useUser();
  return (
    <article data-testid="request" data-id={request.id} data-state={request.state}>
      {user?.is_admin === true && (
        <Anchor component={Link} to="/admin/requests" size="sm">
          {t('all')}
        </Anchor>
      )}
      <PageHead
        title={[commandName(request.command), request.domain_name].filter(Boolean).join(' · ')}
        text={t('number', { id: request.id })}
      >
        <Buttons request={request} />
      </PageHead>
      <Stack>
        <Why request={request} />
        <div className={classes.columns}>
          <Panel title={t('happened')}>
            <div className={classes.state} role="status">
              <RequestState request={request} brief />
            </div>
            <Timeline request={request} />
          </Panel>
          <Panel title={t('facts')}>
            <RequestFacts request={request} />
          </Panel>
        </div>
        <DoneBy request={request} />
        {(request.args ?? request.result) != null && (
          <Panel title={t('asked_for')}>
            <div className={classes.columns}>
              {request.args != null && <Json title={t('args')} value={request.args} />}
              {request.result != null && <Json title={t('result')} value={request.result} />}
            </div>
          </Panel>
        )}
      </Stack>
    </article>
  );
}

/** Above everything else: what went wrong and what to do, or what it waits for. */
function Why({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const { reason, place } = useWait()(request);
  const failureText = useFailureText();
  if (request.state === 'failed') {
    return (
      <Alert
        color="red"
        icon={<IconAlertCircle aria-hidden />}
        title={t('failed')}
        data-testid="request-error"
      >
        {request.error ? failureText(request.error) : t('unknown')}
        <Text size="xs" mt={6}>
          {t('code', { code: request.error?.code ?? '–' })}
        </Text>
      </Alert>
    );
  }
  if (reason === null && place === null) return null;
  return (
    <Alert color="gray" icon={<IconClock aria-hidden />} data-testid="request-wait">
      {[reason, place].filter(Boolean).join(' ')}
    </Alert>
  );
}

function Buttons({ request }: { request: Request }) {
  const { t } = useTranslation('requests');
  const cancel = useCancel();
  const retry = useRetry();
  const navigate = useNavigate();
  return (
    <Group gap="sm">
      {request.can_cancel && (
        <Button
          variant="default"
          leftSection={<IconX size={18} aria-hidden />}
          onClick={() => void cancel(request)}
          data-testid="request-cancel"
        >
          {t('cancel')}
        </Button>
      )}
      {request.can_retry && (
        <Button
          leftSection={<IconRotateClockwise size={18} aria-hidden />}
          onClick={() =>
            void retry(request).then((again) => {
              if (again !== null) void navigate(`/requests/${again}`);
            })
          }
          data-testid="request-retry"
        >
          {t('retry')}
        </Button>
      )}
    </Group>
  );
}

function RequestFacts({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const format = useFormat();
  const moment = (iso: string | null | undefined) => (iso == null ? null : format.exact(iso));
  const backEnd = useBackEnd(request.back_end);
  const machine = request.domain_name ?? request.domain_id;
  return (
    <Facts
      facts={[
        [t('fact.user'), request.user?.name],
        [t('fact.from'), request.caller_address],
        [
          t('fact.machine'),
          request.domain_id == null ? null : (
            <Anchor component={Link} to={`/machines/${request.domain_id}`} size="sm">
              {machine}
            </Anchor>
          ),
        ],
        [t('fact.created'), moment(request.created_at)],
        [t('fact.at'), moment(request.at)],
        [
          t('fact.after'),
          request.after_id == null ? null : (
            <Anchor component={Link} to={`/requests/${request.after_id}`} size="sm">
              {t('number', { id: request.after_id })}
            </Anchor>
          ),
        ],
        [
          t('fact.cause'),
          request.caused_by == null ? null : (
            <Anchor component={Link} to={`/requests/${request.caused_by}`} size="sm">
              {t('number', { id: request.caused_by })}
            </Anchor>
          ),
        ],
        [t('fact.started'), moment(request.started_at)],
        [t('fact.cancel_asked'), moment(request.cancel_asked_at)],
        [t('fact.ended'), moment(request.ended_at)],
        [t('fact.attempts'), request.attempts === 0 ? null : format.number(request.attempts)],
        [t('fact.back_end'), backEnd],
        [
          t('fact.trace'),
          request.trace_id == null ? null : (
            <span className={classes.trace}>
              <code>{request.trace_id}</code>
              <CopyButton value={request.trace_id} what={t('fact.trace')} />
            </span>
          ),
        ],
      ]}
    />
  );
}

/** The back end that has or had it: by its host, for those who may know hosts. */
function useBackEnd(id: string | null): string | null {
  const user = useUser();
  const { data: health } = useQuery({
    ...healthQuery,
    refetchInterval: false,
    enabled: id !== null && user?.is_admin === true,
  });
  const found = health?.back_ends.find((one) => one.id === id);
  return found ? `${found.host} (${found.process})` : id;
}

function Json({ title, value }: { title: string; value: unknown }) {
  return (
    <div>
      <Text size="sm" c="dimmed" mb={4}>
        {title}
      </Text>
      <Code block className={classes.json}>
        {JSON.stringify(value, null, 2)}
      </Code>
    </div>
  );
}
