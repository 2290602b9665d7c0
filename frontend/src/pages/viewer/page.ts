import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    viewer: typeof texts;
  }
}

export const page: Page = {
  path: '/desktops/:domainId/view',
  texts: 'viewer',
  audience: 'signed_in',
  frame: 'bare',
  load: () => import('./ViewerPage'),
};
