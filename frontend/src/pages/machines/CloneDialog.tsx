import { Modal, NumberInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/requests';
import { useUser } from '@/api/session';
import type { Domain } from '@/api/types';
import { usersQuery } from '@/api/users';
import { FormFooter } from '@/components/FormFooter';
import { nameOf } from '@/domains/sentence';
import { toastOf } from '@/messages/watched';

export function CloneDialog({ base, onClose }: { base: Domain | null; onClose: () => void }) {
  const { t } = useTranslation(['machines', 'common']);
  return (
    <Modal
      opened={base !== null}
      onClose={onClose}
      title={base && t('clone.title', { name: nameOf(base) })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {base && <CloneForm base={base} onClose={onClose} />}
    </Modal>
  );
}

/** One, by its name; or many at once, by number or for people. */
const hows = ['one', 'number', 'users'] as const;
type How = (typeof hows)[number];

function CloneForm({ base, onClose }: { base: Domain; onClose: () => void }) {
  const { t } = useTranslation(['machines', 'common']);
  const user = useUser();
  const { data: users } = useQuery(usersQuery);
  const ask = useAsk();
  const form = useForm({
    initialValues: {
      name: '',
      owner: String(user?.id ?? ''),
      volatile: base.volatile_clones,
      how: 'one' as How,
      number: 10,
      users: '',
      memory_mib: '' as number | '',
    },
  });
  const { how } = form.values;

  const submit = form.onSubmit(({ name, owner, volatile, number, users: names, memory_mib }) => {
    const args = {
      base: base.id,
      ...(volatile === base.volatile_clones ? {} : { volatile }),
      ...(memory_mib === '' ? {} : { memory_mib }),
      ...(how === 'number' ? { number } : {}),
      ...(how === 'users' ? { users: names.split(/[\s,;]+/).filter(Boolean) } : {}),
      ...(how === 'one' && name.trim() !== '' ? { name: name.trim() } : {}),
      ...(how === 'one' && owner !== '' && Number(owner) !== user?.id
        ? { owner: Number(owner) }
        : {}),
    };
    ask.mutate(
      { command: how === 'one' ? 'clone' : 'clone_base', args },
      {
        onSuccess: (request) => {
          notifications.show({
            id: toastOf(request.id),
            message: t(how === 'one' ? 'common:asked.clone' : 'common:asked.clone_base', {
              name: nameOf(base),
            }),
          });
          onClose();
        },
      },
    );
  });

  return (
    <form onSubmit={submit}>
      <Stack>
        {base.may.includes('clone_base') && (
          <Select
            label={t('clone.how')}
            data={hows.map((one) => ({ value: one, label: t(`clone.${one}`) }))}
            allowDeselect={false}
            data-testid="clone-how"
            {...form.getInputProps('how')}
          />
        )}
        {how === 'number' && (
          <NumberInput
            label={t('clone.count')}
            min={1}
            max={500}
            allowDecimal={false}
            data-testid="clone-number"
            {...form.getInputProps('number')}
          />
        )}
        {how === 'users' && (
          <Textarea
            label={t('clone.names')}
            description={t('clone.names_rule')}
            autosize
            minRows={3}
            data-testid="clone-users"
            {...form.getInputProps('users')}
          />
        )}
        {how === 'one' && (
          <>
            <TextInput
              label={t('clone.name')}
              description={t('clone.name_rule')}
              data-testid="clone-name"
              {...form.getInputProps('name')}
            />
            <Select
              label={t('clone.owner')}
              data={(users ?? []).map(({ id, name, display_name }) => ({
                value: String(id),
                label:
                  display_name === '' || display_name === name ? name : `${display_name} (${name})`,
              }))}
              searchable
              allowDeselect={false}
              {...form.getInputProps('owner')}
            />
          </>
        )}
        <NumberInput
          label={t('clone.memory')}
          placeholder={String(base.memory_kib / 1024)}
          min={64}
          allowDecimal={false}
          {...form.getInputProps('memory_mib')}
        />
        <Switch
          label={t('clone.volatile')}
          description={t('clone.volatile_rule')}
          data-testid="clone-volatile"
          {...form.getInputProps('volatile', { type: 'checkbox' })}
        />
        <FormFooter
          problem={ask.error}
          busy={ask.isPending}
          submit={t('clone.submit')}
          onCancel={onClose}
          testId="clone-submit"
        />
      </Stack>
    </form>
  );
}
