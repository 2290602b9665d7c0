import { Button, Group, Select, Skeleton } from '@mantine/core';
import { IconArchive, IconFileImport, IconSearchOff, IconServer2 } from '@tabler/icons-react';
import { useCallback, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useDomains } from '@/api/domains';
import { domainStates, type Domain } from '@/api/types';
import { choice, FilterCount, Filters, SearchInput } from '@/components/Filters';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useFilters } from '@/components/useFilters';
import { useFormat } from '@/i18n/format';
import { CloneDialog } from './CloneDialog';
import { ImportDialog } from './ImportDialog';
import { MachinesTable } from './MachinesTable';
import { rowsOf } from './tree';

/** A base with more clones than this is folded until somebody unfolds it. */
const foldAbove = 15;

export default function MachinesPage() {
  const { t } = useTranslation(['machines', 'backups', 'common']);
  const format = useFormat();
  const { data: domains, error, refetch } = useDomains();
  const { params, set, clear } = useFilters();
  const [importing, setImporting] = useState(false);
  const [cloning, setCloning] = useState<Domain | null>(null);
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());

  const text = params.get('q') ?? '';
  const state = params.get('state') ?? '';
  const isFolded = useCallback(
    (base: Domain, clones: number) => clones > foldAbove !== toggled.has(base.id),
    [toggled],
  );
  const rows = useMemo(
    () => rowsOf(domains ?? [], { text, state }, isFolded),
    [domains, text, state, isFolded],
  );
  const toggle = (id: string) => {
    setToggled((old) => {
      const next = new Set(old);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  };

  const head = (
    <PageHead title={t('title')} text={t('text')}>
      <Group gap="sm">
        <Button
          component={Link}
          to="/admin/backups"
          variant="default"
          leftSection={<IconArchive size={18} aria-hidden />}
          data-testid="to-backups"
        >
          {t('backups:title')}
        </Button>
        <Button
          leftSection={<IconFileImport size={18} aria-hidden />}
          onClick={() => {
            setImporting(true);
          }}
          data-testid="import-image"
        >
          {t('import.open')}
        </Button>
      </Group>
    </PageHead>
  );

  if (domains === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return (
      <>
        {head}
        <Skeleton height={420} radius="lg" role="status" aria-label={t('common:loading')} />
      </>
    );
  }

  const running = domains.filter((domain) => domain.state === 'active').length;

  return (
    <>
      {head}
      <Filters>
        <SearchInput
          label={t('filter.text')}
          value={text}
          onSearch={(value) => {
            set('q', value, true);
          }}
          data-testid="machines-filter"
        />
        <Select
          className={choice}
          aria-label={t('filter.state')}
          placeholder={t('filter.state')}
          data={domainStates.map((value) => ({ value, label: t(`common:state.${value}`) }))}
          value={state === '' ? null : state}
          onChange={(value) => {
            set('state', value);
          }}
          clearable
        />
        <FilterCount>
          {t('count', {
            count: domains.length,
            machines: format.number(domains.length),
            running: format.number(running),
          })}
        </FilterCount>
      </Filters>
      {domains.length === 0 ? (
        <StateView icon={IconServer2} title={t('empty.title')} text={t('empty.text')}>
          <Button
            onClick={() => {
              setImporting(true);
            }}
          >
            {t('import.open')}
          </Button>
        </StateView>
      ) : rows.length === 0 ? (
        <StateView icon={IconSearchOff} title={t('none.title')} text={t('none.text')}>
          <Button variant="light" onClick={clear}>
            {t('none.clear')}
          </Button>
        </StateView>
      ) : (
        <MachinesTable rows={rows} isFolded={isFolded} onToggle={toggle} onClone={setCloning} />
      )}
      <ImportDialog
        opened={importing}
        onClose={() => {
          setImporting(false);
        }}
      />
      <CloneDialog
        base={cloning}
        onClose={() => {
          setCloning(null);
        }}
      />
    </>
  );
}
