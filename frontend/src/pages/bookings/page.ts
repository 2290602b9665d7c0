import { IconCalendarEvent } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    bookings: typeof texts;
  }
}

export const page: Page = {
  path: '/bookings',
  texts: 'bookings',
  audience: 'signed_in',
  frame: 'shell',
  nav: { order: 2, icon: IconCalendarEvent },
  load: () => import('./BookingsPage'),
};
