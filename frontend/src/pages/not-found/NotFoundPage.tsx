import { Button } from '@mantine/core';
import { IconMapQuestion } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { StateView } from '@/components/StateView';

export default function NotFoundPage() {
  const { t } = useTranslation('not-found');
  return (
    <StateView order={1} icon={IconMapQuestion} title={t('title')} text={t('text')}>
      <Button component={Link} to="/" variant="light">
        {t('home')}
      </Button>
    </StateView>
  );
}
