import { ActionIcon, Menu, useMantineColorScheme } from '@mantine/core';
import {
  IconAdjustmentsHorizontal,
  IconCheck,
  IconDeviceDesktop,
  IconMoon,
  IconSun,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useKeepLanguage, useUser } from '@/api/session';
import { changeLanguage } from '@/i18n';
import { languageNames, languages, type Language } from '@/i18n/languages';

const schemes = [
  { value: 'auto', icon: IconDeviceDesktop },
  { value: 'light', icon: IconSun },
  { value: 'dark', icon: IconMoon },
] as const;

/** Language and colours: also for those who haven't signed in. */
export function PreferencesMenu() {
  const { t, i18n } = useTranslation();
  const user = useUser();
  const keepLanguage = useKeepLanguage();
  // the transitions would be held back by a style element, which our policy refuses
  const { colorScheme, setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const tick = <IconCheck size={16} aria-hidden />;

  const choose = (language: Language) => {
    void changeLanguage(language);
    if (user) keepLanguage.mutate(language);
  };

  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('preferences.menu')}
          data-testid="preferences"
        >
          <IconAdjustmentsHorizontal size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('preferences.language')}</Menu.Label>
        {languages.map((language) => (
          <Menu.Item
            key={language}
            lang={language}
            aria-current={i18n.language === language}
            rightSection={i18n.language === language ? tick : null}
            onClick={() => {
              choose(language);
            }}
          >
            {languageNames[language]}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Label>{t('preferences.colours')}</Menu.Label>
        {schemes.map(({ value, icon: Icon }) => (
          <Menu.Item
            key={value}
            aria-current={colorScheme === value}
            leftSection={<Icon size={16} aria-hidden />}
            rightSection={colorScheme === value ? tick : null}
            onClick={() => {
              setColorScheme(value);
            }}
          >
            {t(`preferences.${value}`)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
