import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    backups: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/backups',
  texts: 'backups',
  audience: 'admin',
  frame: 'shell',
  load: () => import('./BackupsPage'),
};
