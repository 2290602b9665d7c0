import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    account: typeof texts;
  }
}

export const page: Page = {
  path: '/account',
  texts: 'account',
  audience: 'signed_in',
  frame: 'shell',
  load: () => import('./AccountPage'),
};
