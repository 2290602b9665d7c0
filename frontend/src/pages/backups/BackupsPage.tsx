import { Skeleton } from '@mantine/core';
import { IconArchiveOff, IconSearchOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { backupsQuery } from '@/api/backups';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { FilterCount, Filters, SearchInput } from '@/components/Filters';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import { useFormat } from '@/i18n/format';
import { BackupsTable } from './BackupsTable';

/** What was backed up, also of machines that are gone. */
export default function BackupsPage() {
  const { t } = useTranslation(['backups', 'machines', 'common']);
  const format = useFormat();
  const { data: backups, error, refetch } = useQuery(backupsQuery);
  const { params, set } = useFilters();
  if (backups === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  const text = params.get('q') ?? '';
  const shown = backups.filter(({ domain_name, taken_by }) =>
    `${domain_name}\n${taken_by}`.toLowerCase().includes(text.trim().toLowerCase()),
  );
  const bytes = shown.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  return (
    <>
      <Breadcrumbs links={[{ to: '/admin/machines', text: t('machines:title') }]} />
      <PageHead title={t('title')} text={t('text')} />
      {backups.length === 0 ? (
        <StateView icon={IconArchiveOff} title={t('empty.title')} text={t('empty.text')} />
      ) : (
        <>
          <Filters>
            <SearchInput
              label={t('search')}
              value={text}
              onSearch={(value) => {
                set('q', value, true);
              }}
              data-testid="backups-filter"
            />
            <FilterCount>
              {t('count', { count: shown.length, size: format.bytes(bytes) })}
            </FilterCount>
          </Filters>
          {shown.length === 0 ? (
            <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')} />
          ) : (
            <BackupsTable backups={shown} />
          )}
        </>
      )}
    </>
  );
}
