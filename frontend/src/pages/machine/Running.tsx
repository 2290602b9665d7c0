import { NumberInput, Stack, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useSetDomain } from '@/api/domains';
import type { Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';

const minute = 60;

/** Minutes as a field shows them; empty for what is usual. */
function minutes(seconds: number | null): number | '' {
  return seconds === null ? '' : seconds / minute;
}

/** Seconds as the server takes them; 0 for what is usual. */
function seconds(minutes: number | string): number {
  return Math.round(Number(minutes) * minute);
}

/** How long it runs and how it ends. */
export function Running({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const set = useSetDomain();
  const showProblem = useShowProblem();
  const { settings } = domain;
  const form = useForm({
    initialValues: {
      autostart: settings.autostart,
      run: minutes(settings.run_timeout_seconds),
      shutdown: minutes(settings.shutdown_timeout_seconds),
      disconnected: settings.shutdown_disconnected,
      grace: minutes(settings.disconnect_grace_seconds),
    },
  });
  const canAutostart = !domain.is_base && !domain.is_volatile;
  return (
    <form
      onSubmit={form.onSubmit(({ autostart, run, shutdown, disconnected, grace }) => {
        set.mutate(
          {
            id: domain.id,
            change: {
              ...(canAutostart ? { autostart } : {}),
              run_timeout_seconds: seconds(run),
              shutdown_timeout_seconds: seconds(shutdown),
              shutdown_disconnected: disconnected,
              disconnect_grace_seconds: seconds(grace),
            },
          },
          {
            onSuccess: () => {
              form.resetDirty();
            },
            onError: showProblem,
          },
        );
      })}
    >
      <Stack gap="sm">
        {domain.is_base && (
          <Text size="sm" c="dimmed">
            {t('running.base')}
          </Text>
        )}
        <NumberInput
          label={t('running.run')}
          description={t('running.run_rule')}
          placeholder={t('running.run_usual')}
          min={1}
          data-testid="run-timeout"
          {...form.getInputProps('run')}
        />
        <Switch
          label={t('running.disconnected')}
          data-testid="shutdown-disconnected"
          {...form.getInputProps('disconnected', { type: 'checkbox' })}
        />
        {form.values.disconnected && (
          <NumberInput
            label={t('running.grace')}
            placeholder={t('running.grace_usual')}
            min={1}
            max={24 * 60}
            {...form.getInputProps('grace')}
          />
        )}
        <NumberInput
          label={t('running.shutdown')}
          description={t('running.shutdown_rule')}
          placeholder={t('running.shutdown_usual')}
          min={0}
          max={60}
          {...form.getInputProps('shutdown')}
        />
        {canAutostart && (
          <Switch
            label={t('running.autostart')}
            data-testid="autostart"
            {...form.getInputProps('autostart', { type: 'checkbox' })}
          />
        )}
        <SaveButton changed={form.isDirty()} busy={set.isPending} testId="running-save">
          {t('save')}
        </SaveButton>
      </Stack>
    </form>
  );
}
