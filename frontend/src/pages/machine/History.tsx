import { Anchor, Button, Skeleton, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { historyQuery } from '@/api/domains';
import { usePages } from '@/api/pages';
import type { Domain, HistoryEntry } from '@/api/types';
import { Panel } from '@/components/Panel';
import { useCommandName } from '@/domains/sentence';
import { StateDot } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import classes from './History.module.css';

/** What a machine did, when, for how long and why, newest first. */
export function History({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const query = usePages(historyQuery(domain.id));
  const entries = query.data?.pages.flatMap((page) => page.entries);
  const days = query.data?.pages[0]?.kept_days ?? 0;
  return (
    <Panel title={t('history.title')}>
      {entries === undefined ? (
        <Skeleton height={120} />
      ) : entries.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('history.none')}
        </Text>
      ) : (
        <ol className={classes.entries} data-testid="machine-history">
          {entries.map((entry, i) => (
            <Entry key={entry.id} entry={entry} until={entries[i - 1]?.at ?? null} />
          ))}
        </ol>
      )}
      {query.hasNextPage ? (
        <Button
          variant="default"
          size="compact-sm"
          mt="sm"
          loading={query.isFetchingNextPage}
          onClick={query.older}
          data-testid="history-older"
        >
          {t('history.older')}
        </Button>
      ) : (
        days > 0 && (
          <Text size="xs" c="dimmed" mt="sm">
            {t('history.kept', { count: days })}
          </Text>
        )
      )}
    </Panel>
  );
}

function Entry({ entry, until }: { entry: HistoryEntry; until: string | null }) {
  const { t } = useTranslation(['machine', 'common']);
  const format = useFormat();
  return (
    <li className={classes.entry} data-state={entry.state} data-cause={entry.cause}>
      <span className={classes.mark}>
        <StateDot state={entry.state} />
      </span>
      <div>
        <p className={classes.state}>
          {t(`common:state.${entry.state}`)}
          {until !== null && (
            <span className={classes.lasted}>
              {t('history.lasted', {
                time: format.took(Date.parse(until) - Date.parse(entry.at)),
              })}
            </span>
          )}
        </p>
        {entry.detail != null && entry.detail !== '' && <Text size="xs">{entry.detail}</Text>}
        <Cause entry={entry} />
      </div>
      <time className={classes.at} dateTime={entry.at}>
        {format.seconds(entry.at)}
      </time>
    </li>
  );
}

function Cause({ entry: { request } }: { entry: HistoryEntry }) {
  const { t } = useTranslation('machine');
  const commandName = useCommandName();
  if (request?.command == null) {
    return (
      <Text size="xs" c="dimmed">
        {request == null ? t('history.host') : t('history.forgotten', { id: request.id })}
      </Text>
    );
  }
  return (
    <Anchor component={Link} to={`/requests/${request.id}`} size="xs">
      {[commandName(request.command), request.user].filter(Boolean).join(' · ')}
    </Anchor>
  );
}
