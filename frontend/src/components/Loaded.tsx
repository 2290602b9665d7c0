import { Skeleton } from '@mantine/core';
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { ProblemState } from './ProblemState';

/** A part of a page once its data is there; until then its room, or why it doesn't come. */
export function Loaded<T>({
  query: { data, error, refetch },
  height = 120,
  children,
}: {
  query: Pick<UseQueryResult<T>, 'data' | 'error' | 'refetch'>;
  /** Room it takes until then, in pixels. */
  height?: number;
  children: (data: T) => ReactNode;
}) {
  const { t } = useTranslation();
  if (data !== undefined) return children(data);
  if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
  return <Skeleton height={height} radius="md" role="status" aria-label={t('loading')} />;
}
