import { Alert, Text } from '@mantine/core';
import { IconTool } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useMaintenance } from '@/api/maintenance';
import { useFormat } from '@/i18n/format';
import classes from './MaintenanceBanner.module.css';

/** Tells when only those who look after the hosts are served: before it begins, and while it lasts. */
export function MaintenanceBanner() {
  const { t } = useTranslation();
  const format = useFormat();
  const maintenance = useMaintenance();
  if (maintenance === null) return null;
  const { from, until, message, is_now } = maintenance;
  const words = {
    from: format.dateTime(from),
    until: until === null ? '' : format.dateTime(until),
  };
  const when = is_now ? 'now' : 'soon';
  const title =
    until === null ? t(`maintenance.${when}`, words) : t(`maintenance.${when}_until`, words);
  return (
    <Alert
      mb="md"
      color={is_now ? 'yellow' : 'blue'}
      icon={<IconTool aria-hidden />}
      title={title}
      role="status"
      data-testid="maintenance"
      data-now={is_now}
    >
      <Text size="sm">{t(`maintenance.rule.${when}`)}</Text>
      {message !== null && (
        <Text size="sm" mt={4} className={classes.message}>
          {message}
        </Text>
      )}
    </Alert>
  );
}
