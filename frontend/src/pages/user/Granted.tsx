import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useMay } from '@/api/session';
import type { UserDetails } from '@/api/types';
import { useSetGrant, userGrantsQuery } from '@/api/users';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { Grants } from '@/people/Grants';
import { rowsOfUser } from '@/people/grantRows';

/** What somebody may do, and where that comes from. */
export function Granted({ details: { user } }: { details: UserDetails }) {
  const { t } = useTranslation('people');
  const mayGrant = useMay()('grant');
  const grants = useQuery(userGrantsQuery(user.id));
  const { mutateAsync: set } = useSetGrant(user.id);
  return (
    <Panel title={t('grants.title')}>
      <Loaded query={grants}>
        {(rows) => (
          <Grants
            of="user"
            rows={rowsOfUser(rows)}
            isAdmin={user.is_admin}
            onSet={mayGrant ? set : null}
          />
        )}
      </Loaded>
    </Panel>
  );
}
