import { Button, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { domainsQuery } from '@/api/domains';
import { useCommands, type RequestFilter } from '@/api/requests';
import { requestStates } from '@/api/types';
import { usersQuery } from '@/api/users';
import { choice, Filters, SearchInput } from '@/components/Filters';
import type { useFilters } from '@/components/useFilters';
import { nameOf, useCommandName } from '@/domains/sentence';
import classes from './RequestFilters.module.css';

/** What the address says; what stands in it may be anything. */
export function filterOf(params: URLSearchParams): RequestFilter {
  const states = params.getAll('state');
  const state = requestStates.filter((known) => states.includes(known));
  const filter: RequestFilter = {};
  if (state.length > 0) filter.state = state;
  for (const name of ['command', 'user', 'domain', 'text'] as const) {
    const value = params.get(name)?.trim();
    if (value !== undefined && value !== '') filter[name] = value;
  }
  return filter;
}

const mostOptions = 50;

export function RequestFilters({ params, set }: Omit<ReturnType<typeof useFilters>, 'clear'>) {
  const { t } = useTranslation(['requests', 'common']);
  const commandName = useCommandName();
  const { data: commands } = useCommands();
  const { data: users } = useQuery(usersQuery);
  const { data: domains } = useQuery(domainsQuery);
  const states = filterOf(params).state ?? [];

  const choose = (
    name: 'command' | 'user' | 'domain',
    label: string,
    options: readonly { value: string; label: string }[],
  ) => {
    const value = params.get(name);
    // one that is gone, or not loaded yet, is still what the list is narrowed to
    const known = value === null || options.some((option) => option.value === value);
    return (
      <Select
        className={choice}
        aria-label={label}
        placeholder={label}
        data={known ? options : [{ value, label: value }, ...options]}
        value={value}
        onChange={(chosen) => {
          set(name, chosen);
        }}
        limit={mostOptions}
        nothingFoundMessage={t('filter.nothing')}
        searchable
        clearable
        data-testid={`requests-${name}`}
      />
    );
  };

  return (
    <>
      <Filters>
        <SearchInput
          label={t('filter.text')}
          value={params.get('text') ?? ''}
          onSearch={(value) => {
            set('text', value, true);
          }}
          data-testid="requests-text"
        />
        {choose(
          'command',
          t('filter.command'),
          (commands ?? []).map((c) => ({ value: c.command, label: commandName(c.command) })),
        )}
        {choose(
          'user',
          t('filter.user'),
          (users ?? []).map(({ name }) => ({ value: name, label: name })),
        )}
        {choose(
          'domain',
          t('filter.domain'),
          (domains ?? []).map((domain) => ({
            value: domain.id,
            label:
              nameOf(domain) === domain.name ? domain.name : `${nameOf(domain)} (${domain.name})`,
          })),
        )}
      </Filters>
      <div className={classes.states} role="group" aria-label={t('filter.state')}>
        {requestStates.map((state) => {
          const on = states.includes(state);
          return (
            <Button
              key={state}
              size="compact-sm"
              radius="xl"
              variant={on ? 'filled' : 'default'}
              aria-pressed={on}
              onClick={() => {
                set('state', on ? states.filter((s) => s !== state) : [...states, state]);
              }}
              data-testid={`requests-state-${state}`}
            >
              {t(`common:request_state.${state}`)}
            </Button>
          );
        })}
      </div>
    </>
  );
}
