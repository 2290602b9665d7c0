import { IconListCheck } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    requests: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/requests',
  texts: 'requests',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 3, icon: IconListCheck },
  load: () => import('./RequestsPage'),
};
