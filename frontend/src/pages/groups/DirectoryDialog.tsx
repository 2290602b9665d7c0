import { Autocomplete, Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { directoryGroupsQuery, useMakeGroup } from '@/api/groups';
import { FormFooter } from '@/components/FormFooter';
import { useProblemText } from '@/components/problemText';
import '@/people/area';

export function DirectoryDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['groups', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('directory.title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}

const sources = ['ldap', 'oidc'] as const;

/** Makes a group known whose members another system tells of. */
function Form({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['groups', 'people']);
  const make = useMakeGroup();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { source: 'ldap' as (typeof sources)[number], external_id: '', name: '' },
    validate: {
      external_id: (id) => (id.trim() === '' ? t('directory.id_needed') : null),
      name: (name) => (name.trim() === '' ? t('new.name_needed') : null),
    },
  });
  const { source, external_id: id, name } = form.values;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        make.mutate(
          {
            source: values.source,
            external_id: values.external_id.trim(),
            name: values.name.trim(),
          },
          {
            onSuccess: (group) => {
              onClose();
              void navigate(`/admin/groups/${group.id}`);
            },
          },
        );
      })}
    >
      <Stack>
        <Text size="sm">{t('directory.rule')}</Text>
        <Select
          label={t('column.source')}
          data={sources.map((one) => ({ value: one, label: t(`people:source.${one}`) }))}
          allowDeselect={false}
          {...form.getInputProps('source')}
        />
        {source === 'ldap' ? (
          <Found
            value={id}
            error={form.errors.external_id}
            onChange={(dn, found) => {
              form.setFieldValue('external_id', dn);
              if (found !== undefined && name === '') form.setFieldValue('name', found);
            }}
          />
        ) : (
          <TextInput
            label={t('directory.word')}
            description={t('directory.word_rule')}
            data-testid="group-external"
            {...form.getInputProps('external_id')}
          />
        )}
        <TextInput
          label={t('directory.name')}
          data-testid="group-name"
          {...form.getInputProps('name')}
        />
        <FormFooter
          problem={make.error}
          busy={make.isPending}
          submit={t('directory.submit')}
          onCancel={onClose}
          testId="group-submit"
        />
      </Stack>
    </form>
  );
}

/** A group that the directory finds by a part of its name; or its distinguished name, written out. */
function Found({
  value,
  error,
  onChange,
}: {
  value: string;
  error: ReactNode;
  onChange: (dn: string, name?: string) => void;
}) {
  const { t } = useTranslation('groups');
  const problemText = useProblemText();
  const [asked] = useDebouncedValue(value.trim(), 300);
  const { data, error: down } = useQuery({
    ...directoryGroupsQuery(asked),
    // what is chosen or written out is no part of a name
    enabled: asked !== '' && !asked.includes('='),
    placeholderData: keepPreviousData,
  });
  const groups = value.includes('=') ? [] : (data?.groups ?? []);
  return (
    <>
      <Autocomplete
        label={t('directory.search')}
        description={t('directory.search_rule')}
        data={groups.map(({ dn }) => dn)}
        filter={({ options }) => options}
        renderOption={({ option }) => {
          const group = groups.find(({ dn }) => dn === option.value);
          return (
            <span>
              {group?.name}
              <Text size="xs" c="dimmed">
                {group?.description ?? option.value}
              </Text>
            </span>
          );
        }}
        value={value}
        onChange={(text) => {
          onChange(text, groups.find(({ dn }) => dn === text)?.name);
        }}
        error={error}
        data-autofocus
        data-testid="group-external"
      />
      {down !== null && !value.includes('=') && (
        <Text size="xs" c="red" role="status">
          {problemText(down)}
        </Text>
      )}
    </>
  );
}
