import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    request: typeof texts;
  }
}

export const page: Page = {
  path: '/requests/:id',
  texts: 'request',
  audience: 'signed_in',
  frame: 'shell',
  load: () => import('./RequestPage'),
};
