import { IconCalendarTime } from '@tabler/icons-react';
import type { Page } from '@/app/page';
import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    schedules: typeof texts;
  }
}

export const page: Page = {
  path: '/admin/schedules',
  texts: 'schedules',
  audience: 'admin',
  frame: 'shell',
  nav: { order: 6, icon: IconCalendarTime },
  load: () => import('./SchedulesPage'),
};
