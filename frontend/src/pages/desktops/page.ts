import { IconDeviceDesktop } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    desktops: typeof texts;
  }
}

export const page: Page = {
  path: '/',
  texts: 'desktops',
  audience: 'signed_in',
  frame: 'shell',
  nav: { order: 1, icon: IconDeviceDesktop },
  load: () => import('./DesktopsPage'),
};
