import { IconUsers } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    users: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/users',
  texts: 'users',
  audience: ['manage_users', 'manage_groups', 'grant'],
  frame: 'shell',
  nav: { order: 8, icon: IconUsers, section: 'people' },
  load: () => import('./UsersPage'),
};
