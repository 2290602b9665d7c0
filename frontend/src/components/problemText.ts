import { notifications } from '@mantine/notifications';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';

/** A problem in the reader's words, as far as we know its code, else in the server's. */
export function useProblemText(): (problem: unknown) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    (problem) => {
      if (!(problem instanceof Problem)) return t('problem.unexpected', { code: 'client' });
      if (problem.errors.length > 0) return problem.errors.join(' ');
      // why exactly it isn't allowed only the server can say
      if (problem.code === 'not_allowed' && problem.detail !== '') return problem.detail;
      if (i18n.exists(`problem.${problem.code}`)) {
        return t(`problem.${problem.code}` as 'problem.not_found');
      }
      if (problem.detail !== '') return problem.detail;
      if (problem.status === 404) return t('problem.not_found');
      if (problem.status === 403) return t('problem.not_allowed');
      return t('problem.unexpected', { code: problem.code });
    },
    [t, i18n],
  );
}

/** Says at the edge of the page that something didn't work. */
export function useShowProblem(): (problem: unknown) => void {
  const { t } = useTranslation();
  const textOf = useProblemText();
  return useCallback(
    (problem) => {
      notifications.show({
        color: 'red',
        title: t('problem.title'),
        message: textOf(problem),
        autoClose: 10_000,
      });
    },
    [t, textOf],
  );
}
