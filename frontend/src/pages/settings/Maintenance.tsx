import { Button, Group, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useMaintenance, useSetMaintenance } from '@/api/maintenance';
import type { Maintenance as Time } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { dateTimeField, instantOf } from '@/components/dateTimeField';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import classes from './SettingsPage.module.css';

/** A time in which nobody else is served: announced, begun, ended. */
export function Maintenance() {
  const { t } = useTranslation('settings');
  const now = useMaintenance();
  return (
    <Panel title={t('maintenance.title')}>
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('maintenance.text')}
        </Text>
        {/* what somebody else announced meanwhile is what is changed */}
        <Form key={JSON.stringify(now)} now={now} />
      </Stack>
    </Panel>
  );
}

function Form({ now }: { now: Time | null }) {
  const { t } = useTranslation('settings');
  const { set, end } = useSetMaintenance();
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  const form = useForm({
    initialValues: {
      from: dateTimeField(now?.from),
      until: dateTimeField(now?.until),
      message: now?.message ?? '',
    },
    validate: {
      until: (until, { from }) =>
        until !== '' && from !== '' && until <= from ? t('maintenance.order') : null,
    },
  });
  const { from } = form.values;
  const isAtOnce = now === null && from === '';
  const save = async ({ from, until, message }: typeof form.values) => {
    const question = {
      title: t('maintenance.confirm.title'),
      text: t('maintenance.confirm.text'),
      yes: t('maintenance.begin'),
    };
    if (isAtOnce && !(await confirm(question))) return;
    set.mutate(
      { from: instantOf(from), until: instantOf(until), message: message.trim() || null },
      {
        onSuccess: () => {
          notifications.show({ message: t('maintenance.done') });
        },
        onError: showProblem,
      },
    );
  };
  return (
    <form noValidate onSubmit={form.onSubmit((values) => void save(values))}>
      <Stack gap="sm">
        <div className={classes.when}>
          {(['from', 'until'] as const).map((name) => (
            <TextInput
              key={name}
              type="datetime-local"
              label={t(`maintenance.${name}`)}
              description={t(`maintenance.${name}_rule`)}
              data-testid={`maintenance-${name}`}
              {...form.getInputProps(name)}
            />
          ))}
        </div>
        <Textarea
          label={t('maintenance.message')}
          rows={2}
          maxLength={500}
          data-testid="maintenance-message"
          {...form.getInputProps('message')}
        />
        <Group justify="flex-end">
          {now !== null && (
            <Button
              variant="default"
              loading={end.isPending}
              onClick={() => {
                end.mutate(undefined, {
                  onSuccess: () => {
                    notifications.show({ message: t('maintenance.ended') });
                  },
                  onError: showProblem,
                });
              }}
              data-testid="maintenance-end"
            >
              {now.is_now ? t('maintenance.end') : t('maintenance.take_back')}
            </Button>
          )}
          <Button
            type="submit"
            variant="light"
            loading={set.isPending}
            disabled={now !== null && !form.isDirty()}
            data-testid="maintenance-submit"
          >
            {now === null
              ? t(isAtOnce ? 'maintenance.begin' : 'maintenance.announce')
              : t('maintenance.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
