import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    node: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/nodes/:id',
  texts: 'node',
  audience: 'admin',
  frame: 'shell',
  load: () => import('./NodePage'),
};
