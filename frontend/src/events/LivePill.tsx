import { Button } from '@mantine/core';
import { useEffect, useState } from 'react';
import { IconPlugConnectedX } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useEvents } from './EventsProvider';

const patienceMs = 2000;

/** Says when the page isn't live any more. A short gap, as at a server's restart, goes unmentioned. */
export function LivePill() {
  const { t } = useTranslation();
  const { state, retry } = useEvents();
  const [patient, setPatient] = useState(true);
  const live = state === 'live';

  useEffect(() => {
    if (live) return;
    const timer = setTimeout(() => {
      setPatient(false);
    }, patienceMs);
    return () => {
      clearTimeout(timer);
      setPatient(true);
    };
  }, [live]);

  const shown = !live && !patient;
  return (
    <div role="status" data-testid="live" data-live={live}>
      {shown && (
        <Button
          size="compact-sm"
          radius="xl"
          variant="light"
          color="orange"
          leftSection={<IconPlugConnectedX size={16} aria-hidden />}
          onClick={retry}
          title={t('live.retry')}
        >
          {t('live.lost')}
        </Button>
      )}
    </div>
  );
}
