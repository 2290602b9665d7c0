import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccessRule } from '@/api/types';

/** What a rule asks about, in words. */
export function useRuleText(): (rule: AccessRule) => string {
  const { t } = useTranslation('machine');
  return useCallback(
    ({ kind, name, value }) => {
      switch (kind) {
        case 'group':
        case 'user':
          return name == null ? t(`access.gone.${kind}`) : t(`access.is.${kind}`, { name });
        case 'attribute':
        case 'header':
          return value === '*'
            ? t('access.is.any', { name })
            : t(`access.is.${kind}`, { name, value });
        case 'everybody':
          return t('access.is.everybody');
      }
    },
    [t],
  );
}
