import { Autocomplete, Modal, Radio, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { attributesQuery, useChangeRules } from '@/api/access';
import { groupsQuery } from '@/api/groups';
import { useMay } from '@/api/session';
import type { AccessRules, Domain, RuleKind, RuleList } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { PersonInput } from '@/people/PersonInput';
import { added } from './rules';

interface Props {
  domain: Domain;
  access: AccessRules;
  list: RuleList;
  onClose: () => void;
}

export function RuleDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation(['machine', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      title={t(`access.${props.list}.new`)}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form {...props} />}
    </Modal>
  );
}

const kindsOf: Record<RuleList, readonly Exclude<RuleKind, 'everybody'>[]> = {
  people: ['group', 'user', 'attribute'],
  clients: ['header'],
};

function Form({ domain, access, list, onClose }: Props) {
  const { t } = useTranslation('machine');
  const change = useChangeRules(domain.id);
  const [first] = kindsOf[list];
  const form = useForm({
    initialValues: {
      kind: first ?? 'group',
      name: list === 'clients' ? (access.headers[0] ?? '') : '',
      value: '',
      allowed: 'yes',
      last: false,
    },
    validate: {
      name: (name) => (name.trim() === '' ? t('access.name_needed') : null),
      value: (value, { kind }) =>
        hasValue(kind) && value.trim() === '' ? t('access.value_needed') : null,
    },
  });
  const { kind, name, allowed } = form.values;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        const rule = {
          kind: values.kind,
          name: values.name.trim(),
          value: hasValue(values.kind) ? values.value.trim() : null,
          allowed: values.allowed === 'yes',
          last: values.allowed === 'yes' && values.last,
        };
        change.mutate(added(list, rule), { onSuccess: onClose });
      })}
    >
      <Stack>
        {kindsOf[list].length > 1 && (
          <Select
            label={t('access.kind')}
            data={kindsOf[list].map((one) => ({ value: one, label: t(`access.kinds.${one}`) }))}
            value={kind}
            onChange={(one) => {
              if (one === null) return;
              form.setValues({ kind: one, name: '', value: '' });
              form.clearErrors();
            }}
            allowDeselect={false}
            data-testid="rule-kind"
          />
        )}
        {kind === 'group' && <GroupField {...form.getInputProps('name')} />}
        {kind === 'user' && (
          <PersonInput
            label={t('access.field.user')}
            value={name}
            onChoose={(chosen) => {
              form.setFieldValue('name', chosen);
            }}
            error={form.errors.name}
            testId="rule-user"
          />
        )}
        {kind === 'attribute' && <AttributeFields domain={domain} form={form} />}
        {kind === 'header' && (
          <>
            <Select
              label={t('access.field.header')}
              data={access.headers}
              allowDeselect={false}
              data-testid="rule-header"
              {...form.getInputProps('name')}
            />
            <TextInput
              label={t('access.field.value')}
              description={t('access.field.header_rule')}
              data-testid="rule-value"
              {...form.getInputProps('value')}
            />
          </>
        )}
        <Radio.Group label={t('access.then')} {...form.getInputProps('allowed')}>
          <Stack gap={6} mt={6}>
            <Radio value="yes" label={t('access.then_allowed')} />
            <Radio value="no" label={t('access.then_denied')} data-testid="rule-deny" />
          </Stack>
        </Radio.Group>
        {allowed === 'yes' && (
          <Switch
            label={t('access.last')}
            description={t('access.last_rule')}
            {...form.getInputProps('last', { type: 'checkbox' })}
          />
        )}
        <FormFooter
          problem={change.error}
          busy={change.isPending}
          submit={t('access.add')}
          onCancel={onClose}
          testId="rule-submit"
        />
      </Stack>
    </form>
  );
}

function hasValue(kind: RuleKind): boolean {
  return kind === 'attribute' || kind === 'header';
}

/** Who may see the groups chooses one, others write its name. */
function GroupField(props: { value?: string; error?: ReactNode }) {
  const { t } = useTranslation('machine');
  const may = useMay();
  const isShown = ['view_groups', 'manage_groups', 'grant'].some(may);
  const { data: groups } = useQuery({ ...groupsQuery, enabled: isShown });
  return (
    <Autocomplete
      label={t('access.field.group')}
      data={(groups ?? []).map(({ name }) => name)}
      limit={20}
      data-testid="rule-group"
      {...props}
    />
  );
}

/** An attribute of the directory and its value, with what is known of either. */
function AttributeFields({
  domain,
  form,
}: {
  domain: Domain;
  form: { values: { name: string }; getInputProps: (field: 'name' | 'value') => object };
}) {
  const { t } = useTranslation('machine');
  const { data: known } = useQuery(attributesQuery(domain.id));
  const chosen = known?.find(
    ({ name }) => name.toLowerCase() === form.values.name.trim().toLowerCase(),
  );
  const people = new Map(chosen?.values.map(({ value, people: count }) => [value, count]));
  return (
    <>
      <Autocomplete
        label={t('access.field.attribute')}
        description={t('access.field.attribute_rule')}
        data={(known ?? []).map(({ name }) => name)}
        limit={20}
        data-testid="rule-attribute"
        {...form.getInputProps('name')}
      />
      <Autocomplete
        label={t('access.field.value')}
        description={t('access.field.value_rule')}
        data={[...people.keys()]}
        limit={20}
        renderOption={({ option }) => (
          <span>
            {option.value}
            <Text size="xs" c="dimmed">
              {t('access.people_count', { count: people.get(option.value) ?? 0 })}
            </Text>
          </span>
        )}
        data-testid="rule-value"
        {...form.getInputProps('value')}
      />
    </>
  );
}
