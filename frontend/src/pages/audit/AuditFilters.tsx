import { Select, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { auditActionsQuery } from '@/api/audit';
import { auditOutcomes } from '@/api/types';
import { choice, Filters, SearchInput } from '@/components/Filters';
import type { useFilters } from '@/components/useFilters';
import { PersonInput } from '@/people/PersonInput';
import { useActionName } from './actionName';

export function AuditFilters({ params, set }: Omit<ReturnType<typeof useFilters>, 'clear'>) {
  const { t } = useTranslation('audit');
  const actionName = useActionName();
  const { data: actions } = useQuery(auditActionsQuery);
  const action = params.get('action');
  const known = actions ?? [];
  return (
    <Filters>
      <SearchInput
        label={t('filter.text')}
        value={params.get('text') ?? ''}
        onSearch={(value) => {
          set('text', value, true);
        }}
        data-testid="audit-text"
      />
      <PersonInput
        silent
        className={choice}
        label={t('filter.user')}
        value={params.get('user') ?? ''}
        onChoose={(name) => {
          set('user', name);
        }}
        testId="audit-user"
      />
      <Select
        className={choice}
        aria-label={t('filter.action')}
        placeholder={t('filter.action')}
        data={(action === null || known.includes(action) ? known : [action, ...known]).map(
          (word) => ({ value: word, label: actionName(word) }),
        )}
        value={action}
        onChange={(chosen) => {
          set('action', chosen);
        }}
        nothingFoundMessage={t('filter.nothing')}
        searchable
        clearable
        data-testid="audit-action"
      />
      <Select
        className={choice}
        aria-label={t('filter.outcome')}
        placeholder={t('filter.outcome')}
        data={auditOutcomes.map((outcome) => ({ value: outcome, label: t(`outcome.${outcome}`) }))}
        value={params.get('outcome')}
        onChange={(chosen) => {
          set('outcome', chosen);
        }}
        clearable
        data-testid="audit-outcome"
      />
      {(['from', 'until'] as const).map((end) => (
        <TextInput
          key={end}
          type="date"
          leftSection={t(`filter.${end}`)}
          leftSectionWidth="3.5rem"
          leftSectionPointerEvents="none"
          aria-label={t(`filter.${end}_day`)}
          value={params.get(end) ?? ''}
          onChange={(event) => {
            set(end, event.currentTarget.value);
          }}
          data-testid={`audit-${end}`}
        />
      ))}
    </Filters>
  );
}
