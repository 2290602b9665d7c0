import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    'second-factor': typeof texts;
  }
}

export const page: Page = {
  path: '/account/second-factor',
  texts: 'second-factor',
  audience: 'signed_in',
  frame: 'shell',
  load: () => import('./SecondFactorPage'),
};
