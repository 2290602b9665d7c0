import { Group, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { Tag } from '@/domains/StateBadge';
import './area';

/** What is out of the ordinary about an account, in words with a colour. */
export function UserBadges({ user }: { user: User }) {
  const { t } = useTranslation('people');
  const badges = [
    user.is_admin && (['admin', 'base'] as const),
    user.is_disabled && (['disabled', 'bad'] as const),
    user.is_locked && (['locked', 'warning'] as const),
    user.is_temporary && (['temporary', 'still'] as const),
  ].filter((badge) => badge !== false);
  if (badges.length === 0) {
    return (
      <Text size="sm" c="dimmed" span>
        {t('badge.none')}
      </Text>
    );
  }
  return (
    <Group gap={4}>
      {badges.map(([word, tone]) => (
        <Tag key={word} tone={tone} text={t(`badge.${word}`)} />
      ))}
    </Group>
  );
}
