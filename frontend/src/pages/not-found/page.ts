import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    'not-found': typeof texts;
  }
}

export const page: Page = {
  path: '*',
  texts: 'not-found',
  audience: 'anyone',
  frame: 'shell',
  load: () => import('./NotFoundPage'),
};
