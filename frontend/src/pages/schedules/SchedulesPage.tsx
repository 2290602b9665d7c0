import { Button, Skeleton } from '@mantine/core';
import { IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { schedulesQuery } from '@/api/schedules';
import type { Schedule } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { ScheduleDialog } from './ScheduleDialog';
import { SchedulesTable } from './SchedulesTable';

/** What Broker does by itself, and when. */
export default function SchedulesPage() {
  const { t } = useTranslation(['schedules', 'common']);
  const { data, error, refetch } = useQuery(schedulesQuery);
  const [edited, setEdited] = useState<Schedule | 'new' | null>(null);
  if (data === undefined && error !== null) {
    return <ProblemState problem={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={data === undefined}
          onClick={() => {
            setEdited('new');
          }}
          data-testid="schedule-add"
        >
          {t('add')}
        </Button>
      </PageHead>
      {data === undefined ? (
        <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />
      ) : (
        <SchedulesTable schedules={data.schedules} onEdit={setEdited} />
      )}
      <ScheduleDialog
        edited={edited}
        commands={data?.commands ?? []}
        onClose={() => {
          setEdited(null);
        }}
      />
    </>
  );
}
