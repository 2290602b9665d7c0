import { Anchor, Progress, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { usePages } from '@/api/pages';
import { requestsQuery } from '@/api/requests';
import type { Request } from '@/api/types';
import { Panel } from '@/components/Panel';
import { useCommandName } from '@/domains/sentence';
import { RequestStateBadge } from '@/domains/StateBadge';
import classes from './RequestPage.module.css';

/** What a request about many machines is done by: how far they are, and the newest of them. */
export function DoneBy({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const commandName = useCommandName();
  const { data } = usePages(requestsQuery({ cause: request.id }));
  const { caused } = request;
  const total = caused?.total ?? 0;
  if (caused == null || total === 0) return null;
  const { done = 0, failed = 0 } = caused;
  return (
    <Panel title={t('done_by.title')}>
      <Text size="sm" role="status" data-testid="request-caused">
        {[
          t('done_by.done', { done, total }),
          failed === 0 ? null : t('done_by.failed', { count: failed }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </Text>
      <Progress.Root size="sm" my="xs" aria-hidden>
        <Progress.Section value={(100 * done) / total} color="green" withAria={false} />
        <Progress.Section value={(100 * failed) / total} color="red" withAria={false} />
      </Progress.Root>
      <ul className={classes.parts}>
        {data?.pages.flat().map(({ id, command, domain_name, state }) => (
          <li key={id}>
            <Anchor component={Link} to={`/requests/${id}`} size="sm">
              {[commandName(command), domain_name].filter(Boolean).join(' · ')}
            </Anchor>
            <RequestStateBadge state={state} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
