import { IconServer2 } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    machines: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/machines',
  texts: 'machines',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 2, icon: IconServer2 },
  load: () => import('./MachinesPage'),
};
