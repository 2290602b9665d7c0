import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    machine: typeof texts;
  }
}

export const page: Page = {
  path: '/machines/:id/:tab?',
  texts: 'machine',
  audience: 'signed_in',
  frame: 'shell',
  load: () => import('./MachinePage'),
};
