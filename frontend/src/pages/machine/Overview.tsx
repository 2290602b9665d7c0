import { Anchor, Group, Progress, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '@/api/pages';
import { requestsQuery } from '@/api/requests';
import type { Domain } from '@/api/types';
import { Facts } from '@/components/Facts';
import { Panel } from '@/components/Panel';
import { Picture } from '@/components/Picture';
import { useFailureText } from '@/domains/failure';
import { useCommandName, useDomainSentence } from '@/domains/sentence';
import { RequestStateBadge, StateDot } from '@/domains/StateBadge';
import { TimeLeft } from '@/domains/TimeLeft';
import { useFormat } from '@/i18n/format';
import classes from './MachinePage.module.css';

/** What it is and does, what is being done to it, what was. */
export function Overview({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  return (
    <div className={classes.columns}>
      <Panel title={t('now')}>
        <Stack gap="sm">
          <div className={classes.picture}>
            <Picture name={domain.name} url={domain.screenshot_url} />
          </div>
          <Now domain={domain} />
          <Pending domain={domain} />
        </Stack>
      </Panel>
      <Panel title={t('facts')}>
        <MachineFacts domain={domain} />
      </Panel>
      <Panel title={t('requests.title')}>
        <LastRequests domain={domain} />
      </Panel>
    </div>
  );
}

function Now({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const sentence = useDomainSentence();
  return (
    <div role="status">
      <Group gap="sm">
        <Text size="sm" className={classes.sentence}>
          <StateDot state={domain.state} />
          {sentence(domain)}
        </Text>
        <TimeLeft domain={domain} />
      </Group>
      <Holder domain={domain} />
      {domain.host_changes !== null && <Text size="sm">{domain.host_changes}</Text>}
      {!domain.is_known && <Text size="sm">{t('not_known')}</Text>}
      {domain.state_detail != null && domain.state_detail !== '' && (
        <Text size="sm">{domain.state_detail}</Text>
      )}
    </div>
  );
}

/** The request that works on it alone, for which others wait. */
function Holder({ domain: { locked_by: holder } }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const commandName = useCommandName();
  const format = useFormat();
  if (holder === null) return null;
  const since = format.moment(holder.started_at ?? holder.created_at);
  const what = commandName(holder.command);
  return (
    <Anchor component={Link} to={`/requests/${holder.id}`} size="sm" data-testid="machine-holder">
      {holder.user == null
        ? t('held', { what, since })
        : t('held_by', { what, since, name: holder.user.name })}
    </Anchor>
  );
}

/** The requests that have not ended. */
function Pending({ domain }: { domain: Domain }) {
  const { t } = useTranslation();
  const commandName = useCommandName();
  const format = useFormat();
  if (domain.pending.length === 0) return null;
  return (
    <ul className={classes.requests} data-testid="machine-pending">
      {domain.pending.map(({ id, command, state, progress, progress_text, at }) => (
        <li key={id}>
          <Anchor component={Link} to={`/requests/${id}`} size="sm">
            {commandName(command)}
          </Anchor>
          <Text size="sm" c="dimmed">
            {progress_text != null && progress_text !== ''
              ? progress_text
              : at == null
                ? t(`request_state.${state}`)
                : t('wait.time', { when: format.moment(at) })}
          </Text>
          {state === 'working' && (
            <Progress
              className={classes.whole}
              value={progress}
              size="sm"
              aria-label={commandName(command)}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

function MachineFacts({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const format = useFormat();
  const run = domain.settings.run_timeout_seconds;
  const client = ({ status, address, since }: NonNullable<Domain['client']>) =>
    [t(`common:client.${status}`), address, format.moment(since)].filter(Boolean).join(' · ');
  return (
    <Facts
      facts={[
        [t('fact.name'), domain.name],
        [t('fact.owner'), domain.owner.name],
        [t('fact.shared_with'), domain.shared_with.map(({ name }) => name).join(', ')],
        [t('fact.base'), domain.base_name],
        [t('fact.clones'), domain.is_base ? format.number(domain.clones) : null],
        [t('fact.published'), domain.is_base ? t(domain.is_public ? 'yes' : 'no') : null],
        [t('fact.volatile'), domain.is_volatile ? t('yes') : null],
        [t('fact.run_timeout'), run === null ? null : format.duration(run)],
        [t('fact.autostart'), domain.settings.autostart ? t('yes') : null],
        [t('fact.pool'), domain.pool_use && t(`pool_use.${domain.pool_use}`)],
        [t('fact.node'), domain.node],
        [t('fact.address'), domain.address],
        [t('fact.client'), domain.client && client(domain.client)],
        [t('fact.memory'), format.memory(domain.memory_kib)],
        [t('fact.vcpus'), format.number(domain.vcpus)],
        [t('fact.started'), domain.started_at && format.dateTime(domain.started_at)],
        [t('fact.created'), format.dateTime(domain.created_at)],
        [t('fact.id'), domain.id],
      ]}
    />
  );
}

const shown = 8;

function LastRequests({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const commandName = useCommandName();
  const format = useFormat();
  const failureText = useFailureText();
  const { data } = usePages(requestsQuery({ domain: domain.id }));
  const requests = data?.pages.flat().slice(0, shown);
  if (requests?.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('requests.none')}
      </Text>
    );
  }
  return (
    <ul className={classes.requests}>
      {requests?.map((request) => (
        <li key={request.id}>
          <Anchor component={Link} to={`/requests/${request.id}`} size="sm">
            {commandName(request.command)}
          </Anchor>
          <RequestStateBadge state={request.state} />
          <Text size="xs" c="dimmed">
            {format.moment(request.created_at)}
          </Text>
          {request.error && (
            <Text size="xs" c="red" className={classes.whole}>
              {failureText(request.error)}
            </Text>
          )}
        </li>
      ))}
    </ul>
  );
}
