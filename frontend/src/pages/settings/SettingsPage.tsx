import { NumberInput, Stack } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { settingsQuery, useSaveSettings } from '@/api/settings';
import type { SiteSettings } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { useFormat } from '@/i18n/format';
import classes from './SettingsPage.module.css';

/** What holds for everybody. */
export default function SettingsPage() {
  const { t } = useTranslation('settings');
  const { data, error, refetch } = useQuery(settingsQuery);
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <PageSkeleton />;
  }
  return (
    <>
      <PageHead title={t('title')} text={t('text')} />
      <div className={classes.narrow}>
        <Panel title={t('running')}>
          <Form settings={data.settings} defaults={data.defaults} />
        </Panel>
      </div>
    </>
  );
}

function Form({ settings, defaults }: { settings: SiteSettings; defaults: SiteSettings }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const save = useSaveSettings();
  const showProblem = useShowProblem();
  const form = useForm({ initialValues: settings });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(values, {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: showProblem,
        });
      })}
      data-testid="site-settings"
    >
      <Stack>
        {(
          [
            'start_limit',
            'clone_limit',
            'disk_gib',
            'memory_gib',
            'memory_reserve_mib',
            'snapshot_limit',
            'booking_warning_minutes',
            'audit_days',
          ] as const
        ).map((name) => (
          <NumberInput
            key={name}
            label={t(`field.${name}`)}
            description={`${t(`rule.${name}`)} ${t('default', { value: format.number(defaults[name]) })}`}
            min={0}
            allowDecimal={false}
            required
            data-testid={`setting-${name}`}
            {...form.getInputProps(name)}
          />
        ))}
        <SaveButton changed={form.isDirty()} busy={save.isPending} testId="settings-save">
          {t('save')}
        </SaveButton>
      </Stack>
    </form>
  );
}
