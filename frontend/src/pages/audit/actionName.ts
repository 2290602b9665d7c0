import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommandName } from '@/domains/sentence';

/** What was done, in words; what this version doesn't know keeps its word. */
export function useActionName(): (action: string) => string {
  const { t, i18n } = useTranslation('audit');
  const commandName = useCommandName();
  return useCallback(
    (action) =>
      i18n.exists(`audit:action.${action}`)
        ? t(`action.${action}` as 'action.sign_in')
        : commandName(action),
    [t, i18n, commandName],
  );
}
