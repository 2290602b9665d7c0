import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    'first-admin': typeof texts;
  }
}

export const page: Page = {
  path: '/first-admin',
  texts: 'first-admin',
  audience: 'anyone',
  frame: 'bare',
  load: () => import('./FirstAdminPage'),
};
