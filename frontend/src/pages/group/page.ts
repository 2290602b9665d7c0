import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    group: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/groups/:id/:tab?',
  texts: 'group',
  audience: ['view_groups', 'manage_groups', 'grant'],
  frame: 'shell',
  load: () => import('./GroupPage'),
};
