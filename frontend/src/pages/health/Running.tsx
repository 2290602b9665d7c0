import { Anchor, Skeleton, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { nodesQuery } from '@/api/health';
import type { BackEnd, Node } from '@/api/types';
import { ProblemState } from '@/components/ProblemState';
import { Tag, type Tone } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import classes from './Running.module.css';

/** The daemons that do the work: which are alive, and since when the others are not. */
export function BackEnds({ backEnds }: { backEnds: readonly BackEnd[] }) {
  const { t } = useTranslation('health');
  const format = useFormat();
  if (backEnds.length === 0) return <Text size="sm">{t('back_ends.none')}</Text>;
  return (
    <ul className={classes.list}>
      {backEnds.map((one) => (
        <li key={one.id} data-testid="back-end" data-alive={one.is_alive}>
          <div>
            <Text size="sm" fw={550}>
              {one.host}
            </Text>
            <Text size="xs" c="dimmed">
              {t('back_ends.about', {
                version: one.version,
                when: format.moment(one.started_at),
                process: one.process,
              })}
            </Text>
          </div>
          <div className={classes.state}>
            <Tag
              tone={one.is_alive ? 'good' : 'bad'}
              text={one.is_alive ? t('back_ends.alive') : t('back_ends.dead')}
            />
            <Text size="xs" c="dimmed">
              {t('seen', { when: format.seconds(one.seen_at) })}
            </Text>
          </div>
        </li>
      ))}
    </ul>
  );
}

const tones: Record<Node['state'], Tone> = { up: 'good', down: 'bad', unknown: 'warning' };

export function Nodes() {
  const { t } = useTranslation(['health', 'common']);
  const format = useFormat();
  const { data: nodes, error, refetch } = useQuery(nodesQuery);
  if (nodes === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={60} role="status" aria-label={t('common:loading')} />;
  }
  if (nodes.length === 0) return <Text size="sm">{t('nodes.none')}</Text>;
  return (
    <ul className={classes.list}>
      {nodes.map((node) => (
        <li key={node.id} data-testid="node" data-name={node.name} data-state={node.state}>
          <div>
            <Anchor component={Link} to={`/admin/nodes/${node.id}`} size="sm" fw={550}>
              {node.name}
            </Anchor>
            <Text size="xs" c="dimmed">
              {`${node.manager} · ${node.uri}`}
            </Text>
            {node.detail != null && <Text size="xs">{node.detail}</Text>}
          </div>
          <div className={classes.state}>
            <Tag
              tone={node.is_enabled ? tones[node.state] : 'still'}
              text={
                node.is_enabled
                  ? t(`nodes.state.${node.state}`)
                  : t('nodes.disabled', { state: t(`nodes.state.${node.state}`) })
              }
            />
            {node.checked_at != null && (
              <Text size="xs" c="dimmed">
                {t('seen', { when: format.seconds(node.checked_at) })}
              </Text>
            )}
          </div>
        </li>
      ))}
    </ul>
  );
}
