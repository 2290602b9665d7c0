import { useTranslation } from 'react-i18next';
import { useQuery } from '@tanstack/react-query';
import { groupGrantsQuery, useSetGroupGrant } from '@/api/groups';
import { useMay } from '@/api/session';
import type { UserGroup } from '@/api/types';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { Grants } from '@/people/Grants';
import { rowsOfGroup } from '@/people/grantRows';

/** What each of its people may do for being in it. */
export function Granted({ group }: { group: UserGroup }) {
  const { t } = useTranslation('people');
  const mayGrant = useMay()('grant');
  const grants = useQuery(groupGrantsQuery(group.id));
  const { mutateAsync: set } = useSetGroupGrant(group.id);
  return (
    <Panel title={t('grants.title')}>
      <Loaded query={grants}>
        {(rows) => <Grants of="group" rows={rowsOfGroup(rows)} onSet={mayGrant ? set : null} />}
      </Loaded>
    </Panel>
  );
}
