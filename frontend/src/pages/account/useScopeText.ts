import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import '@/people/area';

/** What a token may do, in words: each grant is one, and looking at what its owner may see. */
export function useScopeText(): (scope: string) => string {
  const { t, i18n } = useTranslation(['account', 'people']);
  return useCallback(
    (scope) => {
      if (scope === 'read') return t('tokens.read');
      // a grant that this version doesn't know keeps its word
      return i18n.exists(`people:grant.${scope}`)
        ? t(`people:grant.${scope}` as 'people:grant.view')
        : scope;
    },
    [t, i18n],
  );
}
