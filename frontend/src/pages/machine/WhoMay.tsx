import { Button, Skeleton, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { whoQuery } from '@/api/access';
import { usePages } from '@/api/pages';
import type { Domain } from '@/api/types';
import { SearchInput } from '@/components/Filters';
import { ProblemState } from '@/components/ProblemState';
import { useFormat } from '@/i18n/format';
import classes from './Access.module.css';

/** Those who may have a desktop of it, and why. */
export function WhoMay({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const [text, setText] = useState('');
  const query = usePages(whoQuery(domain.id, text.trim()));
  const format = useFormat();
  const closed = query.data?.pages[0]?.closed_from ?? [];
  const people = query.data?.pages.flatMap((page) => page.people);
  return (
    <>
      <SearchInput
        label={t('access.who.search')}
        value={text}
        onSearch={setText}
        data-testid="who-text"
      />
      {closed.length > 0 && (
        <Text size="sm" mt="sm" data-testid="who-closed">
          {t('access.who.closed', { networks: format.list(closed) })}
        </Text>
      )}
      {people === undefined ? (
        query.error === null ? (
          <Skeleton height={120} mt="sm" />
        ) : (
          <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
        )
      ) : people.length === 0 ? (
        <Text size="sm" c="dimmed" mt="sm" role="status" data-testid="who-nobody">
          {t(text.trim() === '' ? 'access.who.nobody' : 'access.who.none')}
        </Text>
      ) : (
        <ul className={classes.people} data-testid="who">
          {people.map(({ id, name, display_name, why }) => (
            <li key={id} data-testid="who-person" data-name={name}>
              <Text size="sm" fw={550}>
                {display_name === '' || display_name === name ? name : `${display_name} (${name})`}
              </Text>
              <Text size="xs" c="dimmed">
                {reasonOf(why)}
              </Text>
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <Button
          variant="default"
          size="compact-sm"
          mt="sm"
          loading={query.isFetchingNextPage}
          onClick={query.older}
        >
          {t('access.who.more')}
        </Button>
      )}
    </>
  );
}

/** That it is a yes is what the list is about. */
export function reasonOf(text: string): string {
  return text.replace(/^(allowed|denied): /, '');
}
