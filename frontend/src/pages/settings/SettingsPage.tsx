import { NumberInput, Stack, Switch } from '@mantine/core';
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
import { Maintenance } from './Maintenance';
import classes from './SettingsPage.module.css';

type Settings = Required<SiteSettings>;

/** Where each setting stands: one that the server knows and this page doesn't show won't compile. */
const partOf = {
  start_limit: 'running',
  clone_limit: 'running',
  disk_gib: 'running',
  memory_gib: 'running',
  booking_warning_minutes: 'running',
  memory_reserve_mib: 'running',
  snapshot_limit: 'running',
  guests: 'guests',
  guests_per_address: 'guests',
  guest_minutes: 'guests',
  password_days: 'safety',
  admins_need_second_factor: 'safety',
  audit_days: 'safety',
} as const satisfies Record<keyof Settings, string>;

const parts = ['running', 'guests', 'safety'] as const;

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
        <Stack>
          <Maintenance />
          <Form settings={data.settings} defaults={data.defaults} />
        </Stack>
      </div>
    </>
  );
}

function Form({ settings, defaults }: { settings: Settings; defaults: Settings }) {
  const { t } = useTranslation('settings');
  const format = useFormat();
  const save = useSaveSettings();
  const showProblem = useShowProblem();
  const form = useForm({ initialValues: settings });
  const field = (name: keyof Settings) => {
    const usual = defaults[name];
    if (typeof usual === 'boolean') {
      return (
        <Switch
          key={name}
          label={t(`field.${name}`)}
          description={t(`rule.${name}`)}
          data-testid={`setting-${name}`}
          {...form.getInputProps(name, { type: 'checkbox' })}
        />
      );
    }
    return (
      <NumberInput
        key={name}
        label={t(`field.${name}`)}
        description={`${t(`rule.${name}`)} ${t('default', { value: format.number(usual) })}`}
        min={0}
        allowDecimal={false}
        required
        data-testid={`setting-${name}`}
        {...form.getInputProps(name)}
      />
    );
  };
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
        {parts.map((part) => (
          <Panel key={part} title={t(part)}>
            <Stack>
              {(Object.keys(partOf) as (keyof Settings)[])
                .filter((name) => partOf[name] === part)
                .map(field)}
            </Stack>
          </Panel>
        ))}
        <SaveButton changed={form.isDirty()} busy={save.isPending} testId="settings-save">
          {t('save')}
        </SaveButton>
      </Stack>
    </form>
  );
}
