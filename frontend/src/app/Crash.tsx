import { IconMoodSad } from '@tabler/icons-react';
import { Button } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { StateView } from '@/components/StateView';

/** A fault of ours, or code of an older version that the server no longer has. */
export function Crash() {
  const { t } = useTranslation();
  return (
    <StateView order={1} icon={IconMoodSad} title={t('crash.title')} text={t('crash.text')}>
      <Button
        onClick={() => {
          window.location.reload();
        }}
      >
        {t('crash.reload')}
      </Button>
    </StateView>
  );
}
