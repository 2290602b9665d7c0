import type { TablerIcon } from '@tabler/icons-react';
import type { ComponentType } from 'react';
import { useTranslation } from 'react-i18next';
import type { Texts } from '@/i18n/texts';

/** What a folder in pages/ says about itself in its page.ts. The router finds it by that file. */
export interface Page {
  path: string;
  /** Area of its texts: the name of its folder. The texts have `title`, and `nav` when it is in the menu. */
  texts: Exclude<keyof Texts, 'common'>;
  audience: 'anyone' | 'signed_in' | 'admin';
  /** `shell`: below the portal's header. `bare`: the page has the whole window. */
  frame: 'shell' | 'bare';
  nav?: { order: number; icon: TablerIcon };
  load: () => Promise<{ default: ComponentType }>;
}

const found = import.meta.glob<Page>('/src/pages/*/page.ts', { eager: true, import: 'page' });

/** A page's title, or its name in the menu. */
export function usePageText(): (page: Page, key: 'title' | 'nav') => string {
  const { i18n } = useTranslation();
  // every page with a menu entry has both texts; the types can't say so
  return (page, key) => i18n.getFixedT(null, page.texts as 'desktops')(key);
}

export const pages: readonly Page[] = Object.values(found);
