import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reach } from '@/api/types';
import './area';
import type { GrantRow } from './grantRows';

/** Grants in words. */
export function useGrantWords(): {
  grant: (grant: string) => string;
  reach: (row: GrantRow, reach: Reach | null) => string;
  source: (row: GrantRow) => string;
} {
  const { t, i18n } = useTranslation('people');
  return useMemo(
    () => ({
      // a grant that this version doesn't know keeps its word
      grant: (grant) =>
        i18n.exists(`people:grant.${grant}`)
          ? t(`grant.${grant}` as 'grant.view')
          : grant.replaceAll('_', ' '),
      reach: ({ isAboutMachines }, reach) => {
        if (reach === null) return t('grants.unset');
        if (!isAboutMachines && (reach === 'none' || reach === 'all')) return t(`yes_no.${reach}`);
        return t(`reach.${reach}`);
      },
      source: ({ source, group, reach }) => {
        if (reach === null) return '';
        switch (source) {
          case 'admin':
            return t('from.admin');
          case 'own':
            return t('from.user');
          case 'group':
            return t('from.group', { name: group ?? '' });
          case 'everybody':
            return t(reach === 'none' ? 'from.nobody' : 'from.everybody');
        }
      },
    }),
    [t, i18n],
  );
}
