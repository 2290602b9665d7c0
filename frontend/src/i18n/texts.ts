import type common from './texts.en.json';

/**
 * The texts of every area, by the name of its folder. Each page adds its own in its page.ts, so
 * that a misspelt key doesn't compile.
 */
export interface Texts {
  common: typeof common;
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'common';
    resources: Texts;
  }
}
