import { IconFileSearch } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    audit: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/audit',
  texts: 'audit',
  audience: ['read_audit'],
  frame: 'shell',
  nav: { order: 10, icon: IconFileSearch, section: 'people' },
  load: () => import('./AuditPage'),
};
