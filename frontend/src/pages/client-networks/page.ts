import { IconAffiliate } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    'client-networks': typeof texts;
  }
}

export const page: Page = {
  path: '/admin/client-networks',
  texts: 'client-networks',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 8, icon: IconAffiliate, section: 'site' },
  load: () => import('./ClientNetworksPage'),
};
