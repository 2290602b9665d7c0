import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';

/** Why a request ended badly: a fixed word, and the back end's sentence, which is English. */
export interface Failure {
  code: string | null;
  message: string;
}

/** A failure in the reader's words as far as we know its code; what only the host can tell stays in the host's. */
export function useFailureText(): (failure: Failure) => string {
  const { t, i18n } = useTranslation();
  return useCallback(
    ({ code, message }) =>
      code !== null && i18n.exists(`failure.${code}`)
        ? t(`failure.${code}` as 'failure.host_refused', { message })
        : message,
    [t, i18n],
  );
}
