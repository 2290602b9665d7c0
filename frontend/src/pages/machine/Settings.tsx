import { Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useDescribe } from '@/api/domains';
import type { Domain } from '@/api/types';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { Owner, Shares } from './People';
import { Rename } from './Rename';
import { Running } from './Running';
import classes from './MachinePage.module.css';

/** What its owner says of it and wants of it. */
export function Settings({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  return (
    <div className={classes.columns}>
      <Panel title={t('describe.title')}>
        <Describe domain={domain} />
      </Panel>
      {domain.may.includes('share') && (
        <Panel title={t('shares.title')}>
          <Shares domain={domain} />
        </Panel>
      )}
      {domain.may.includes('change_owner') && (
        <Panel title={t('owner.title')}>
          <Owner domain={domain} />
        </Panel>
      )}
      {domain.may.includes('rename_domain') && (
        <Panel title={t('rename.title')}>
          <Rename domain={domain} />
        </Panel>
      )}
      {domain.may.includes('set') && (
        <Panel title={t('running.title')}>
          <Running domain={domain} />
        </Panel>
      )}
    </div>
  );
}

function Describe({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const describe = useDescribe();
  const showProblem = useShowProblem();
  const form = useForm({
    initialValues: { alias: domain.alias ?? '', description: domain.description ?? '' },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        describe.mutate(
          { id: domain.id, ...values },
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
        <TextInput
          label={t('describe.alias')}
          description={t('describe.alias_rule')}
          {...form.getInputProps('alias')}
        />
        <Textarea
          label={t('describe.description')}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <SaveButton changed={form.isDirty()} busy={describe.isPending}>
          {t('save')}
        </SaveButton>
      </Stack>
    </form>
  );
}
