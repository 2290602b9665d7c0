import type { TablerIcon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import { holds } from '@/api/session';
import type { SessionUser } from '@/api/types';
import type { Texts } from '@/i18n/texts';

/** Pages that the menu has one entry for; each has links to the others above its head. */
export type Section = 'people' | 'site';

/** What a folder in pages/ says about itself in its page.ts. The router finds it by that file. */
export interface Page {
  path: string;
  /** Area of its texts: the name of its folder. The texts have `title`, and `nav` when it is in the menu. */
  texts: Exclude<keyof Texts, 'common'>;
  /** A list: administrators, and who was granted one of these. */
  audience: 'anyone' | 'signed_in' | 'admin' | readonly string[];
  /** `shell`: below the portal's header. `bare`: the page has the whole window. */
  frame: 'shell' | 'bare';
  nav?: { order: number; icon: TablerIcon; section?: Section };
  load: () => Promise<{ default: ComponentType }>;
}

const found = import.meta.glob<Page>('/src/pages/*/page.ts', { eager: true, import: 'page' });

/** Whether somebody may see a page. The server judges every call anyway. */
export function isFor(audience: Page['audience'], user: SessionUser | null): boolean {
  if (audience === 'anyone') return true;
  if (user === null) return false;
  if (audience === 'signed_in' || user.is_admin) return true;
  return audience !== 'admin' && audience.some((grant) => holds(user, grant));
}

/** What stands in somebody's menu, in its order: of each section the first page that he may see. */
export function menuOf(user: SessionUser | null): Page[] {
  return navPages(user).filter(
    ({ nav }, i, all) =>
      nav?.section === undefined || all.findIndex((p) => p.nav?.section === nav.section) === i,
  );
}

/** The pages of a section that somebody may see. */
export function pagesOf(section: Section, user: SessionUser | null): Page[] {
  return navPages(user).filter(({ nav }) => nav?.section === section);
}

function navPages(user: SessionUser | null): Page[] {
  return pages
    .filter((page) => page.nav && isFor(page.audience, user))
    .sort((a, b) => (a.nav?.order ?? 0) - (b.nav?.order ?? 0));
}

/** A page's title, or its name in the menu. */
export function usePageText(): (page: Page, key: 'title' | 'nav') => string {
  const { i18n } = useTranslation();
  // every page with a menu entry has both texts; the types can't say so
  return (page, key) => i18n.getFixedT(null, page.texts as 'desktops')(key);
}

export const pages: readonly Page[] = Object.values(found);
