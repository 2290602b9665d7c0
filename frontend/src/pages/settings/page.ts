import { IconSettings } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    settings: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/settings',
  texts: 'settings',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 7, icon: IconSettings, section: 'site' },
  load: () => import('./SettingsPage'),
};
