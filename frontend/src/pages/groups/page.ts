import { IconUsersGroup } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    groups: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/groups',
  texts: 'groups',
  audience: ['view_groups', 'manage_groups', 'grant'],
  frame: 'shell',
  nav: { order: 9, icon: IconUsersGroup, section: 'people' },
  load: () => import('./GroupsPage'),
};
