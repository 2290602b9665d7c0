import { Skeleton, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export function PageSkeleton() {
  const { t } = useTranslation();
  return (
    <Stack role="status" aria-label={t('loading')}>
      <Skeleton height={36} width={220} radius="md" />
      <Skeleton height={320} radius="lg" />
    </Stack>
  );
}
