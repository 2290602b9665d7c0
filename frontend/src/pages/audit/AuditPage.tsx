import { Button, Group, Skeleton } from '@mantine/core';
import { IconDownload, IconFileSearch, IconSearchOff } from '@tabler/icons-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { auditFileUrl, auditQuery } from '@/api/audit';
import { usePages } from '@/api/pages';
import type { AuditEntry } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import { AuditDialog } from './AuditDialog';
import { AuditFilters } from './AuditFilters';
import { AuditTable } from './AuditTable';
import { filterOf } from './filter';

/** Who did what to what, from where, and what came of it. */
export default function AuditPage() {
  const { t } = useTranslation(['audit', 'common']);
  const { params, set, clear } = useFilters();
  const filter = useMemo(() => filterOf(params), [params]);
  const query = usePages(auditQuery(filter));
  const entries = query.data?.pages.flatMap((page) => page.entries);
  const [open, setOpen] = useState<AuditEntry | null>(null);

  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        <Button
          component="a"
          href={auditFileUrl(filter)}
          download
          variant="default"
          leftSection={<IconDownload size={18} aria-hidden />}
          data-testid="audit-export"
        >
          {t('export')}
        </Button>
      </PageHead>
      <AuditFilters params={params} set={set} />
      {entries === undefined ? (
        query.error === null ? (
          <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
        )
      ) : entries.length > 0 ? (
        <>
          <AuditTable entries={entries} onOpen={setOpen} />
          {query.hasNextPage && (
            <Group justify="center" mt="lg">
              <Button
                variant="default"
                loading={query.isFetchingNextPage}
                onClick={query.older}
                data-testid="audit-older"
              >
                {t('older')}
              </Button>
            </Group>
          )}
        </>
      ) : Object.keys(filter).length > 0 ? (
        <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')}>
          <Button variant="light" onClick={clear}>
            {t('none.clear')}
          </Button>
        </StateView>
      ) : (
        <StateView icon={IconFileSearch} title={t('empty.title')} text={t('empty.text')} />
      )}
      <AuditDialog
        entry={open}
        onClose={() => {
          setOpen(null);
        }}
      />
    </>
  );
}
