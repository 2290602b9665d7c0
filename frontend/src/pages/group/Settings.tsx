import { Stack, Textarea } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useDescribeGroup } from '@/api/groups';
import { groupLimitsQuery, useSetGroupLimits } from '@/api/limits';
import { useMay } from '@/api/session';
import type { UserGroup } from '@/api/types';
import { Facts } from '@/components/Facts';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { useFormat } from '@/i18n/format';
import { LimitsForm } from '@/people/LimitsForm';
import classes from '@/people/columns.module.css';

/** What it is for, and how much each of its people may have. */
export function Settings({ group }: { group: UserGroup }) {
  const { t } = useTranslation(['group', 'people']);
  const may = useMay();
  return (
    <div className={classes.columns}>
      <Panel title={t('about')}>
        <About group={group} mayChange={may('manage_groups')} />
      </Panel>
      <Panel title={t('people:limits.title')}>
        <Limits group={group} mayChange={may('grant')} />
      </Panel>
    </div>
  );
}

function About({ group, mayChange }: { group: UserGroup; mayChange: boolean }) {
  const { t } = useTranslation(['group', 'people']);
  const format = useFormat();
  const describe = useDescribeGroup(group.id);
  const showProblem = useShowProblem();
  const form = useForm({ initialValues: { description: group.description ?? '' } });
  return (
    <form
      onSubmit={form.onSubmit(({ description }) => {
        describe.mutate(description.trim() || null, {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: showProblem,
        });
      })}
    >
      <Stack gap="sm">
        <Textarea
          label={t('description')}
          autosize
          minRows={2}
          disabled={!mayChange}
          data-testid="group-description"
          {...form.getInputProps('description')}
        />
        {mayChange && (
          <SaveButton changed={form.isDirty()} busy={describe.isPending} testId="group-save">
            {t('people:save')}
          </SaveButton>
        )}
        <Facts
          facts={[
            [t('source'), t(`source_rule.${group.source}`)],
            [t('external_id'), group.external_id],
            [t('created'), format.dateTime(group.created_at)],
          ]}
        />
      </Stack>
    </form>
  );
}

function Limits({ group, mayChange }: { group: UserGroup; mayChange: boolean }) {
  const limits = useQuery(groupLimitsQuery(group.id));
  const { mutateAsync: save } = useSetGroupLimits(group.id);
  return (
    <Loaded query={limits} height={240}>
      {(own) => <LimitsForm own={own} mayChange={mayChange} onSave={save} />}
    </Loaded>
  );
}
