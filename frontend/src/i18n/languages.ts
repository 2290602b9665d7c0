export const languages = ['en', 'ca', 'es'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words, so that one finds it in any other. */
export const languageNames: Record<Language, string> = {
  en: 'English',
  ca: 'Català',
  es: 'Español',
};

const storageKey = 'broker-language';

export function isLanguage(value: unknown): value is Language {
  return languages.some((language) => language === value);
}

/** What was chosen in this browser, else the first of the browser's languages that we speak. */
export function firstLanguage(): Language {
  const chosen = stored();
  if (isLanguage(chosen)) return chosen;
  for (const tag of navigator.languages) {
    const language = tag.split('-')[0];
    if (isLanguage(language)) return language;
  }
  return 'en';
}

export function rememberLanguage(language: Language): void {
  try {
    localStorage.setItem(storageKey, language);
  } catch {
    // storage may be forbidden: the choice lasts as long as the page
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(storageKey);
  } catch {
    return null;
  }
}

/**
 * The locale for dates and numbers: the browser's own region where it speaks the language
 * (en-US writes 5:30 PM, en-GB 17:30), else a European one.
 */
export function localeOf(language: Language): string {
  const own = navigator.languages.find((tag) => tag.startsWith(`${language}-`));
  return own ?? { en: 'en-GB', ca: 'ca-ES', es: 'es-ES' }[language];
}
