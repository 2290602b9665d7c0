import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { useConfirm } from '@/components/Confirm';
import { useFormat } from '@/i18n/format';

/** Asks a person whether other desktops may be ended for the start of one; the problem names them. */
export type MayEnd = (problem: Problem) => Promise<boolean>;

/**
 * Asks for a start that ends nothing; where it would, the person decides. Resolves with null when
 * everything is to stay as it is.
 */
export async function unlessOverLimit<T>(
  ask: (confirm: boolean) => Promise<T>,
  mayEnd: MayEnd,
): Promise<T | null> {
  try {
    return await ask(false);
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== 'over_limit') throw problem;
    return (await mayEnd(problem)) ? ask(true) : null;
  }
}

/** The question, in a dialog. */
export function useMayEnd(): (starting: string) => MayEnd {
  const { t } = useTranslation();
  const format = useFormat();
  const confirm = useConfirm();
  return useCallback(
    (starting) =>
      ({ errors, detail }) =>
        confirm({
          title: t('over_limit.title', { name: starting }),
          text:
            errors.length === 0
              ? detail
              : t('over_limit.text', { count: errors.length, names: format.list(errors) }),
          yes: t('over_limit.yes'),
        }),
    [t, format, confirm],
  );
}
