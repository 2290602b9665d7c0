import { Alert, Button, Text } from '@mantine/core';
import { IconRefreshAlert } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { ActionSymbol } from '@/domains/ActionSymbol';
import { useAct } from '@/domains/actions';

/** It runs with older hardware than it has. */
export function NeedsRestart({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const act = useAct();
  return (
    <Alert
      color="yellow"
      mb="md"
      icon={<IconRefreshAlert aria-hidden />}
      title={t('hardware.needs_restart')}
      data-testid="needs-restart"
    >
      <Text size="sm">{t('hardware.needs_restart_text')}</Text>
      {domain.may.includes('shutdown_start') && (
        <Button
          mt="sm"
          size="sm"
          leftSection={<ActionSymbol action="shutdown_start" />}
          onClick={() => void act(domain, 'shutdown_start')}
          data-testid="deed-shutdown_start"
        >
          {t('common:action.shutdown_start')}
        </Button>
      )}
    </Alert>
  );
}
