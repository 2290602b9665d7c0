import { Group } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Navigate, useParams } from 'react-router';
import { useMay } from '@/api/session';
import type { UserDetails } from '@/api/types';
import { userQuery } from '@/api/users';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemState } from '@/components/ProblemState';
import { TabLinks } from '@/components/TabLinks';
import { UserBadges } from '@/people/UserBadges';
import { About } from './About';
import { Granted } from './Granted';
import { SignIns } from './SignIns';
import { UserMenu } from './UserMenu';

const tabs = [
  { id: 'about', Content: About },
  { id: 'grants', Content: Granted },
  { id: 'sign-ins', Content: SignIns },
] as const;

export default function UserPage() {
  const { id } = useParams();
  const { data: details, error, refetch } = useQuery(userQuery(Number(id)));
  if (details !== undefined) return <Person key={details.user.id} details={details} />;
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <PageSkeleton />;
}

function Person({ details }: { details: UserDetails }) {
  const { t } = useTranslation('user');
  const { user } = details;
  const { tab } = useParams();
  const may = useMay();
  const mayManage = may('manage_users');
  // who only fills groups has no business with grants, nor who changes grants with sessions
  const open = tabs.filter(
    ({ id }) => mayManage || id === 'about' || (id === 'grants' && may('grant')),
  );
  const shown = tab === undefined ? open[0] : open.find(({ id }) => id === tab);
  const address = `/admin/users/${user.id}`;
  if (shown === undefined) return <Navigate to={address} replace />;
  const { Content } = shown;
  const name = user.display_name || user.name;
  return (
    <article data-testid="user" data-name={user.name}>
      <Breadcrumbs links={[{ to: '/admin/users', text: t('all') }]} />
      <PageHead title={name} {...(name === user.name ? {} : { text: user.name })}>
        <Group gap="sm">
          <UserBadges user={user} />
          {mayManage && <UserMenu details={details} />}
        </Group>
      </PageHead>
      <TabLinks
        label={t('parts')}
        links={open.map(({ id }) => ({
          id,
          to: id === 'about' ? address : `${address}/${id}`,
          text: t(`tab.${id}`),
        }))}
      />
      <Content details={details} />
    </article>
  );
}
