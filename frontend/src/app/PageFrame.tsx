import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage } from '@/i18n/languages';
import { changeLanguage } from '@/i18n';
import { useUser } from '@/api/session';
import { usePageText, type Page } from './page';

/** The document's title, and the language that the person chose on another browser. */
export function PageFrame({ page, children }: { page: Page; children: ReactNode }) {
  const { i18n } = useTranslation();
  const pageText = usePageText();
  const language = useUser()?.language;

  useEffect(() => {
    if (isLanguage(language) && language !== i18n.language) void changeLanguage(language);
    // only when the person changes: what is chosen in the menu later must stay
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [language]);

  return (
    <>
      <title>{`${pageText(page, 'title')} · Broker`}</title>
      {children}
    </>
  );
}
