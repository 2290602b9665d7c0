import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    upload: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/upload/:what?',
  texts: 'upload',
  audience: ['manage_users', 'manage_groups'],
  frame: 'shell',
  load: () => import('./UploadPage'),
};
