import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    user: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/users/:id/:tab?',
  texts: 'user',
  audience: ['manage_users', 'manage_groups', 'grant'],
  frame: 'shell',
  load: () => import('./UserPage'),
};
