import { Progress, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { nodesQuery } from '@/api/health';
import { storageQuery } from '@/api/nodes';
import type { Node, StorageFolder } from '@/api/types';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFormat } from '@/i18n/format';
import { IconServerOff } from '@tabler/icons-react';
import { UnknownMachines } from './UnknownMachines';
import { UnusedFiles } from './UnusedFiles';
import classes from './NodePage.module.css';

/** A host: where its disk images lie, how much room is left, what nobody needs. */
export default function NodePage() {
  const { t } = useTranslation(['node', 'health']);
  const { id } = useParams();
  const { data: nodes, error, refetch } = useQuery(nodesQuery);
  if (nodes === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <PageSkeleton />;
  }
  const node = nodes.find((one) => String(one.id) === id);
  if (node === undefined) {
    return <StateView icon={IconServerOff} title={t('unknown.title')} text={t('unknown.text')} />;
  }
  return (
    <>
      <Breadcrumbs links={[{ to: '/admin/health', text: t('health:title') }]} />
      <PageHead title={node.name} text={`${node.manager} · ${node.uri}`} />
      <Storage node={node} />
    </>
  );
}

function Storage({ node }: { node: Node }) {
  const { t } = useTranslation(['node', 'common']);
  const { data: storage, error, refetch } = useQuery(storageQuery(node.id));
  if (storage === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={240} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  return (
    <Stack>
      <Panel title={t('storage.title')}>
        {storage.length === 0 ? (
          <Text size="sm">{t('storage.none')}</Text>
        ) : (
          <ul className={classes.list} data-testid="storage">
            {storage.map((folder) => (
              <Folder key={folder.name} folder={folder} />
            ))}
          </ul>
        )}
      </Panel>
      <Panel title={t('foreign.title')}>
        <UnknownMachines node={node} />
      </Panel>
      <Panel title={t('unused.title')}>
        <UnusedFiles node={node} storage={storage} />
      </Panel>
    </Stack>
  );
}

function Folder({ folder }: { folder: StorageFolder }) {
  const { t } = useTranslation('node');
  const format = useFormat();
  const { name, total_bytes: total, free_bytes: free, problem } = folder;
  return (
    <li data-testid="storage-folder" data-name={name}>
      <div className={classes.about}>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {`${folder.folder} · ${t('storage.volumes', { count: folder.volumes })}`}
        </Text>
        {total > 0 && (
          <Progress
            className={classes.room}
            size="sm"
            value={(100 * (total - free)) / total}
            aria-label={t('storage.used', { name })}
          />
        )}
        {problem === null ? (
          <Text size="xs" c="dimmed">
            {t('storage.room', { free: format.bytes(free), total: format.bytes(total) })}
          </Text>
        ) : (
          <Text size="xs" c="red">
            {problem}
          </Text>
        )}
      </div>
    </li>
  );
}
