import { useTranslation } from 'react-i18next';
import { useParams } from 'react-router';
import { useMay } from '@/api/session';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { TabLinks } from '@/components/TabLinks';
import { MemberUpload } from './MemberUpload';
import { UserUpload } from './UserUpload';

/** Many accounts, or many members of groups, at once: the list, what would become of each line, then the deed. */
export default function UploadPage() {
  const { t } = useTranslation(['upload', 'users', 'groups']);
  const may = useMay();
  const { what } = useParams();
  const isOfMembers = what === 'members' || !may('manage_users');
  return (
    <>
      <Breadcrumbs
        links={[
          isOfMembers
            ? { to: '/admin/groups', text: t('groups:title') }
            : { to: '/admin/users', text: t('users:title') },
        ]}
      />
      <PageHead title={t('title')} text={t('text')} />
      {may('manage_users') && may('manage_groups') && (
        <TabLinks
          label={t('kinds')}
          links={[
            { to: '/admin/upload', text: t('kind.users'), id: 'users' },
            { to: '/admin/upload/members', text: t('kind.members'), id: 'members' },
          ]}
        />
      )}
      {isOfMembers ? <MemberUpload /> : <UserUpload />}
    </>
  );
}
