import {
  Autocomplete,
  Checkbox,
  Group,
  Modal,
  MultiSelect,
  Stack,
  Switch,
  TagsInput,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaveBooking } from '@/api/bookings';
import { useDesktops } from '@/api/domains';
import type { BookedDays, BookingEntry } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useFormat } from '@/i18n/format';
import { Conflicts } from './Conflicts';
import { changeOf, endsNextDay, isWhole, newValues, planOf, valuesOf, weekdays } from './form';
import { ModeChoice } from './ModeChoice';
import { ownZone } from './week';

interface Props {
  edited: BookingEntry | 'new' | null;
  /** Where a new one begins. */
  day: string;
  onClose: () => void;
}

export function BookingDialog({ edited, day, onClose }: Props) {
  const { t } = useTranslation(['bookings', 'common']);
  const entry = edited === 'new' ? null : edited;
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={entry === null ? t('add') : entry.title}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited !== null && <Form entry={entry} day={day} onClose={onClose} />}
    </Modal>
  );
}

function Form({ entry, day, onClose }: Omit<Props, 'edited'> & { entry: BookingEntry | null }) {
  const { t } = useTranslation('bookings');
  const format = useFormat();
  const save = useSaveBooking();
  const bases = useBaseChoices(entry);
  const [which, setWhich] = useState<BookedDays>('this');
  const [despite, setDespite] = useState(false);
  const form = useForm({
    initialValues: entry === null ? newValues(day) : valuesOf(entry),
    validate: {
      title: isNotEmpty(t('title_needed')),
      last: (last, { first }) => (entry === null && last < first ? t('order_days') : null),
      weekdays: (chosen) => (chosen.length === 0 ? t('weekdays_needed') : null),
    },
  });
  const { values } = form;
  const plan = entry === null ? planOf(values, despite) : changeOf(entry, which, values, despite);
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(() => {
        save.mutate(plan, { onSuccess: onClose });
      })}
    >
      <Stack>
        <TextInput
          label={t('field.title')}
          data-testid="booking-title"
          data-autofocus
          {...form.getInputProps('title')}
        />
        {entry !== null && <ModeChoice value={which} onChange={setWhich} />}
        <Group grow align="flex-start">
          {(entry === null || which === 'this') && (
            <TextInput
              type="date"
              label={entry === null ? t('field.first') : t('field.day')}
              data-testid="booking-first"
              {...form.getInputProps('first')}
              onChange={({ currentTarget: { value } }) => {
                form.setValues({ first: value, last: value > values.last ? value : values.last });
              }}
            />
          )}
          {entry === null && (
            <TextInput
              type="date"
              label={t('field.last')}
              min={values.first}
              data-testid="booking-last"
              {...form.getInputProps('last')}
            />
          )}
        </Group>
        {entry === null && values.last > values.first && (
          <Checkbox.Group label={t('field.weekdays')} {...form.getInputProps('weekdays')}>
            <Group gap="sm" mt="xs">
              {weekdays.map((weekday) => (
                <Checkbox
                  key={weekday}
                  value={weekday}
                  label={format.weekday(Number(weekday))}
                  data-testid={`booking-weekday-${weekday}`}
                />
              ))}
            </Group>
          </Checkbox.Group>
        )}
        <Group grow align="flex-start">
          <TextInput
            type="time"
            label={t('field.from')}
            description={
              entry !== null && entry.time_zone !== ownZone
                ? t('field.by', { zone: entry.time_zone })
                : undefined
            }
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data-testid="booking-from"
            {...form.getInputProps('from')}
          />
          <TextInput
            type="time"
            label={t('field.until')}
            description={endsNextDay(values) ? t('rule.next_day') : undefined}
            inputWrapperOrder={['label', 'input', 'description', 'error']}
            data-testid="booking-until"
            {...form.getInputProps('until')}
          />
        </Group>
        {entry === null && (
          <Autocomplete
            label={t('field.time_zone')}
            data={Intl.supportedValuesOf('timeZone')}
            limit={8}
            {...form.getInputProps('time_zone')}
          />
        )}
        <MultiSelect
          label={t('field.bases')}
          description={t('rule.bases')}
          data={bases}
          searchable
          clearable
          data-testid="booking-bases"
          {...form.getInputProps('bases')}
        />
        <TagsInput
          label={t('field.groups')}
          description={t('rule.groups')}
          data-testid="booking-groups"
          {...form.getInputProps('groups')}
        />
        <TagsInput
          label={t('field.users')}
          description={t('rule.users')}
          data-testid="booking-users"
          {...form.getInputProps('users')}
        />
        <Textarea label={t('field.description')} rows={2} {...form.getInputProps('description')} />
        {entry === null && (
          <TextInput type="color" label={t('field.colour')} {...form.getInputProps('colour')} />
        )}
        <Switch
          label={t('field.private')}
          description={t('rule.private')}
          {...form.getInputProps('private', { type: 'checkbox' })}
        />
        <Text size="sm" c="dimmed">
          {t('rule.ends')}
        </Text>
        <Conflicts
          plan={plan}
          isWhole={values.title.trim() !== '' && isWhole(values)}
          despite={despite}
          onDespite={setDespite}
        />
        <FormFooter
          problem={save.error}
          busy={save.isPending}
          submit={entry === null ? t('submit') : t('save')}
          onCancel={onClose}
          testId="booking-submit"
        />
      </Stack>
    </form>
  );
}

/** The bases that one can use, and those that are booked already. */
function useBaseChoices(entry: BookingEntry | null): { value: string; label: string }[] {
  const { data: desktops } = useDesktops();
  const choices = new Map(entry?.on_bases.map(({ id, name }) => [id, name]));
  for (const { base } of desktops ?? []) {
    if (base != null) choices.set(base.id, base.alias ?? base.name);
  }
  return [...choices].map(([value, label]) => ({ value, label }));
}
