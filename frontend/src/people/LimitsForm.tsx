import { NumberInput, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import type { LimitSet, LimitUse } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { useFormat } from '@/i18n/format';
import './area';

const names = ['start_limit', 'clone_limit', 'disk_gib', 'memory_gib'] as const;
type Name = (typeof names)[number];

const nothing = { start_limit: null, clone_limit: null, disk_gib: null, memory_gib: null };

/** How much a person, or each of a group's people, may have. An empty field says nothing. */
export function LimitsForm({
  own,
  now,
  mayChange,
  onSave,
}: {
  /** What is said of this very person or group. */
  own: LimitSet;
  /** What holds in the end, and what is in use; of a group there is no such thing. */
  now?: Record<Name, LimitUse>;
  mayChange: boolean;
  onSave: (limits: LimitSet) => Promise<unknown>;
}) {
  const { t } = useTranslation('people');
  const format = useFormat();
  const showProblem = useShowProblem();
  const form = useForm<Record<Name, number | ''>>({
    initialValues: {
      start_limit: own.start_limit ?? '',
      clone_limit: own.clone_limit ?? '',
      disk_gib: own.disk_gib ?? '',
      memory_gib: own.memory_gib ?? '',
    },
  });
  const amount = (name: Name, value: number) =>
    name === 'start_limit' || name === 'clone_limit'
      ? format.number(value)
      : `${format.number(value)} GiB`;
  const state = (name: Name) => {
    if (now === undefined) return undefined;
    const { most, source, used } = now[name];
    const values = { used: amount(name, used), most: amount(name, most) };
    return `${t(most === 0 ? 'limits.any' : 'limits.of', values)} · ${sourceText(source)}`;
  };
  const sourceText = (source: string) => {
    if (source === 'own') return t('from.user');
    if (source === 'everybody') return t('limits.everybody');
    if (source === 'administrator') return t('from.admin');
    return t('from.group', { name: source.replace(/^group /, '') });
  };
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        const said = Object.entries(values).filter(([, value]) => value !== '');
        onSave({ ...nothing, ...(Object.fromEntries(said) as Partial<LimitSet>) }).then(() => {
          form.resetDirty();
        }, showProblem);
      })}
      data-testid="limits"
    >
      <Stack gap="sm">
        <Text size="sm" c="dimmed">
          {t('limits.rule')}
        </Text>
        {names.map((name) => (
          <NumberInput
            key={name}
            label={t(`limits.${name}`)}
            description={state(name)}
            placeholder={t('limits.unsaid')}
            min={0}
            allowDecimal={false}
            disabled={!mayChange}
            data-testid={`limit-${name}`}
            {...form.getInputProps(name)}
          />
        ))}
        {mayChange && (
          <SaveButton changed={form.isDirty()} testId="limits-save">
            {t('save')}
          </SaveButton>
        )}
      </Stack>
    </form>
  );
}
