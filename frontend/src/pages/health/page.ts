import { IconHeartbeat } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    health: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/health',
  texts: 'health',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 5, icon: IconHeartbeat },
  load: () => import('./HealthPage'),
};
