import { useEffect, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { isLanguage } from '@/i18n/languages';
import { changeLanguage } from '@/i18n';
import { useUser } from '@/api/session';
import { TabLinks } from '@/components/TabLinks';
import { pagesOf, usePageText, type Page, type Section } from './page';

/** The document's title, the way to the other pages of its section, and the language that the person chose on another browser. */
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
      {page.nav?.section && <SectionLinks section={page.nav.section} />}
      {children}
    </>
  );
}

function SectionLinks({ section }: { section: Section }) {
  const { t } = useTranslation();
  const pageText = usePageText();
  const open = pagesOf(section, useUser());
  if (open.length < 2) return null;
  return (
    <TabLinks
      label={t(`section.${section}`)}
      links={open.map((page) => ({ id: page.texts, to: page.path, text: pageText(page, 'nav') }))}
    />
  );
}
