import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    'sign-in': typeof texts;
  }
}

export const page: Page = {
  path: '/sign-in',
  texts: 'sign-in',
  audience: 'anyone',
  frame: 'bare',
  load: () => import('./SignInPage'),
};
