import { Autocomplete, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useDomains } from '@/api/domains';
import { formOf, useSaveSchedule, whenQuery } from '@/api/schedules';
import { machineGroups, type Schedule, type ScheduleForm } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useProblemText } from '@/components/problemText';
import { nameOf, useCommandName } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import { cronOf, patternOf, workdays } from './cron';

interface Props {
  edited: Schedule | 'new' | null;
  /** What can be scheduled. */
  commands: readonly string[];
  onClose: () => void;
}

export function ScheduleDialog({ edited, commands, onClose }: Props) {
  const { t } = useTranslation(['schedules', 'common']);
  const schedule = edited === 'new' ? null : edited;
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={schedule === null ? t('add') : schedule.name}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited !== null && <Form schedule={schedule} commands={commands} onClose={onClose} />}
    </Modal>
  );
}

const presets = ['daily', 'workdays', 'cron'] as const;
type Preset = (typeof presets)[number];

interface Values {
  name: string;
  command: string;
  machines: ScheduleForm['machines'];
  base_id: string | null;
  preset: Preset;
  time: string;
  cron: string;
  time_zone: string;
}

const firstValues: Values = {
  name: '',
  command: 'hibernate_domain',
  machines: 'disconnected',
  base_id: null,
  preset: 'daily',
  time: '23:00',
  cron: '0 23 * * *',
  time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
};

function valuesOf(schedule: Schedule): Values {
  const pattern = patternOf(schedule.when);
  const preset = presetOf(pattern);
  const { name, command, machines, base_id, cron, time_zone } = schedule;
  const times = pattern !== null && 'times' in pattern ? pattern.times : [];
  const time = times[0] ?? firstValues.time;
  return { name, command, machines, base_id, preset, time, cron, time_zone };
}

function presetOf(pattern: ReturnType<typeof patternOf>): Preset {
  if (pattern === null || !('times' in pattern) || pattern.times.length > 1) return 'cron';
  if (pattern.kind === 'daily') return 'daily';
  const isWorkdays = pattern.kind === 'weekly' && pattern.weekdays.join() === workdays.join();
  return isWorkdays ? 'workdays' : 'cron';
}

function cronIn({ preset, time, cron }: Values): string {
  return preset === 'cron' ? cron.trim() : cronOf(time, preset);
}

function Form({
  schedule,
  commands,
  onClose,
}: Omit<Props, 'edited'> & { schedule: Schedule | null }) {
  const { t } = useTranslation(['schedules', 'common']);
  const commandName = useCommandName();
  const { data: domains } = useDomains();
  const save = useSaveSchedule();
  const form = useForm<Values>({
    initialValues: schedule === null ? firstValues : valuesOf(schedule),
    validate: { name: (name) => (name.trim() === '' ? t('name_needed') : null) },
  });
  const { values } = form;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((all) => {
        const { name, command, machines, base_id, time_zone } = all;
        const before = schedule === null ? { args: {}, is_enabled: true } : formOf(schedule);
        save.mutate(
          {
            id: schedule?.id ?? null,
            form: {
              ...before,
              // arguments are those of the command that they were written for
              ...(schedule !== null && command !== schedule.command ? { args: {} } : {}),
              name: name.trim(),
              command,
              machines,
              base_id,
              cron: cronIn(all),
              time_zone,
            },
          },
          { onSuccess: onClose },
        );
      })}
    >
      <Stack>
        <TextInput
          label={t('field.name')}
          description={t('rule.name')}
          data-testid="schedule-name"
          {...form.getInputProps('name')}
        />
        <Select
          label={t('field.command')}
          data={commands.map((command) => ({ value: command, label: commandName(command) }))}
          allowDeselect={false}
          searchable
          data-testid="schedule-command"
          {...form.getInputProps('command')}
        />
        <Select
          label={t('field.machines')}
          placeholder={t('machines.none')}
          data={machineGroups.map((group) => ({ value: group, label: t(`machines.${group}`) }))}
          clearable
          {...form.getInputProps('machines')}
        />
        {values.machines != null && (
          <Select
            label={t('field.base')}
            placeholder={t('any_base')}
            data={(domains ?? [])
              .filter((domain) => domain.is_base)
              .map((base) => ({ value: base.id, label: nameOf(base) }))}
            clearable
            searchable
            {...form.getInputProps('base_id')}
          />
        )}
        <Select
          label={t('field.preset')}
          data={presets.map((preset) => ({ value: preset, label: t(`preset.${preset}`) }))}
          allowDeselect={false}
          data-testid="schedule-preset"
          {...form.getInputProps('preset')}
        />
        {values.preset === 'cron' ? (
          <TextInput
            label={t('field.cron')}
            description={t('rule.cron')}
            data-testid="schedule-cron"
            {...form.getInputProps('cron')}
          />
        ) : (
          <TextInput
            type="time"
            label={t('field.time')}
            data-testid="schedule-time"
            {...form.getInputProps('time')}
          />
        )}
        <Autocomplete
          label={t('field.time_zone')}
          data={Intl.supportedValuesOf('timeZone')}
          limit={8}
          {...form.getInputProps('time_zone')}
        />
        <Coming cron={cronIn(values)} timeZone={values.time_zone} />
        <FormFooter
          problem={save.error}
          busy={save.isPending}
          submit={t('save')}
          onCancel={onClose}
          testId="schedule-submit"
        />
      </Stack>
    </form>
  );
}

/** When it would come, or why it never does. */
function Coming({ cron, timeZone }: { cron: string; timeZone: string }) {
  const { t } = useTranslation('schedules');
  const format = useFormat();
  const problemText = useProblemText();
  const [asked] = useDebouncedValue([cron, timeZone] as const, 300);
  const { data, error } = useQuery(whenQuery(...asked));
  return (
    <Text size="sm" c={error === null ? 'dimmed' : 'red'} role="status" data-testid="schedule-next">
      {error !== null
        ? problemText(error)
        : data && t('coming', { times: format.list(data.next.slice(0, 3).map(format.dateTime)) })}
    </Text>
  );
}
