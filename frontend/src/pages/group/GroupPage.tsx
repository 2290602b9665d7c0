import { Button, Group } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, useNavigate, useParams } from 'react-router';
import { groupQuery, useRemoveGroup } from '@/api/groups';
import { useMay } from '@/api/session';
import type { UserGroup } from '@/api/types';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { useConfirm } from '@/components/Confirm';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { useShowProblem } from '@/components/problemText';
import { ProblemState } from '@/components/ProblemState';
import { TabLinks } from '@/components/TabLinks';
import { SourceBadge } from '@/people/SourceBadge';
import { Granted } from './Granted';
import { Members } from './Members';
import { Settings } from './Settings';

const tabs = [
  { id: 'members', Content: Members },
  { id: 'grants', Content: Granted },
  { id: 'settings', Content: Settings },
] as const;

export default function GroupPage() {
  const { id } = useParams();
  const { data: group, error, refetch } = useQuery(groupQuery(Number(id)));
  if (group !== undefined) return <People key={group.id} group={group} />;
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <PageSkeleton />;
}

function People({ group }: { group: UserGroup }) {
  const { t } = useTranslation('group');
  const { tab } = useParams();
  const mayChange = useMay()('manage_groups');
  const shown = tab === undefined ? tabs[0] : tabs.find(({ id }) => id === tab);
  const address = `/admin/groups/${group.id}`;
  if (shown === undefined) return <Navigate to={address} replace />;
  const { Content } = shown;
  return (
    <article data-testid="group" data-name={group.name}>
      <Breadcrumbs links={[{ to: '/admin/groups', text: t('all') }]} />
      <PageHead title={group.name} {...(group.description ? { text: group.description } : {})}>
        <Group gap="sm">
          <SourceBadge source={group.source} />
          {mayChange && <Remove group={group} />}
        </Group>
      </PageHead>
      <TabLinks
        label={t('parts')}
        links={tabs.map(({ id }) => ({
          id,
          to: id === 'members' ? address : `${address}/${id}`,
          text: t(`tab.${id}`),
        }))}
      />
      <Content group={group} />
    </article>
  );
}

function Remove({ group }: { group: UserGroup }) {
  const { t } = useTranslation('group');
  const remove = useRemoveGroup();
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  const navigate = useNavigate();
  const { id, name } = group;
  const act = async () => {
    const yes = await confirm({
      title: t('remove_confirm.title', { name }),
      text: t('remove_confirm.text'),
      yes: t('remove'),
      danger: true,
    });
    if (!yes) return;
    try {
      await remove.mutateAsync(id);
      notifications.show({ message: t('removed', { name }) });
      void navigate('/admin/groups');
    } catch (problem) {
      showProblem(problem);
    }
  };
  return (
    <Button
      variant="light"
      color="red"
      leftSection={<IconTrash size={18} aria-hidden />}
      loading={remove.isPending}
      onClick={() => void act()}
      data-testid="group-remove"
    >
      {t('remove')}
    </Button>
  );
}
