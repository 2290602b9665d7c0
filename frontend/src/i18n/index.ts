import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import { firstLanguage, rememberLanguage, type Language } from './languages';
import './texts';

const files: Record<Language, () => Promise<{ default: Record<string, Record<string, unknown>> }>> =
  {
    en: () => import('./en'),
    ca: () => import('./ca'),
    es: () => import('./es'),
  };

/** "/src/pages/desktops/texts.en.json" holds the area "desktops", "/src/i18n/…" the area "common". */
export function areaOf(path: string): string {
  const folder = path.split('/').at(-2) ?? '';
  return folder === 'i18n' ? 'common' : folder;
}

async function load(language: Language): Promise<void> {
  const { default: texts } = await files[language]();
  for (const [path, area] of Object.entries(texts)) {
    i18next.addResourceBundle(language, areaOf(path), area);
  }
}

export async function startTexts(language: Language = firstLanguage()): Promise<void> {
  await i18next.use(initReactI18next).init({
    resources: {},
    fallbackLng: 'en',
    defaultNS: 'common',
    interpolation: { escapeValue: false },
    returnNull: false,
    showSupportNotice: false,
  });
  await changeLanguage(language);
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18next.hasResourceBundle(language, 'common')) await load(language);
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
  rememberLanguage(language);
}
