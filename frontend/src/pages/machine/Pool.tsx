import { Alert, Group, NumberInput, Progress, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useSetPool } from '@/api/domains';
import type { Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import classes from './Pool.module.css';

/** The clones of a base that are kept ready for whoever opens it. */
export function Pool({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const set = useSetPool();
  const showProblem = useShowProblem();
  const form = useForm({
    initialValues: { clones: domain.pool?.clones ?? 0, start: domain.pool?.start ?? 0 },
    validate: {
      start: (start, { clones }) => (start > clones ? t('pool.too_many') : null),
    },
  });
  return (
    <Stack gap="sm">
      <Text size="sm" c="dimmed">
        {t('pool.rule')}
      </Text>
      {domain.pool && <Members pool={domain.pool} />}
      <form
        onSubmit={form.onSubmit((pool) => {
          set.mutate(
            { id: domain.id, ...pool },
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
          <Group grow align="flex-start">
            <NumberInput
              label={t('pool.clones')}
              description={t('pool.clones_rule')}
              min={0}
              allowDecimal={false}
              data-testid="pool-clones"
              {...form.getInputProps('clones')}
            />
            <NumberInput
              label={t('pool.start')}
              description={t('pool.start_rule')}
              min={0}
              allowDecimal={false}
              data-testid="pool-start"
              {...form.getInputProps('start')}
            />
          </Group>
          <SaveButton changed={form.isDirty()} busy={set.isPending} testId="pool-save">
            {t('save')}
          </SaveButton>
        </Stack>
      </form>
    </Stack>
  );
}

const colours = { taken: 'violet.5', running: 'green.6', off: 'gray.5', missing: 'transparent' };

/** How full it is, as a bar and in words. */
function Members({ pool }: { pool: NonNullable<Domain['pool']> }) {
  const { t } = useTranslation('machine');
  const parts = [
    { part: 'taken', count: pool.members - pool.free },
    { part: 'running', count: pool.free_running },
    { part: 'off', count: pool.free - pool.free_running },
    { part: 'missing', count: Math.max(0, pool.clones - pool.members) },
  ] as const;
  return (
    <div data-testid="pool" data-members={pool.members} data-free={pool.free}>
      <Progress.Root size="md" aria-hidden>
        {parts.map(({ part, count }) => (
          <Progress.Section
            key={part}
            value={(100 * count) / Math.max(pool.members, pool.clones)}
            color={colours[part]}
            withAria={false}
          />
        ))}
      </Progress.Root>
      <ul className={classes.parts}>
        {parts.map(({ part, count }) => (
          <li key={part} data-part={part}>
            {t(`pool.${part}`, { count })}
          </li>
        ))}
      </ul>
      {pool.problem != null && (
        <Alert color="red" mt="sm" icon={<IconAlertCircle aria-hidden />}>
          {pool.problem}
        </Alert>
      )}
    </div>
  );
}
