import type texts from './texts.en.json';

declare module '@/i18n/texts' {
  interface Texts {
    people: typeof texts;
  }
}
