import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    password: typeof texts;
  }
}

export const page: Page = {
  path: '/password',
  texts: 'password',
  audience: 'signed_in',
  frame: 'shell',
  load: () => import('./PasswordPage'),
};
