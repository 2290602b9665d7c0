import { IconDisc } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    library: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/library',
  texts: 'library',
  audience: ['create_machine', 'operate'],
  frame: 'shell',
  nav: { order: 4, icon: IconDisc },
  load: () => import('./LibraryPage'),
};
