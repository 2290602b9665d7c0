import { Modal, Select, Stack, Switch, TextInput } from '@mantine/core';
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
    },
  });

  const submit = form.onSubmit(({ name, owner, volatile }) => {
    const args = {
      base: base.id,
      ...(name.trim() === '' ? {} : { name: name.trim() }),
      ...(owner === '' || Number(owner) === user?.id ? {} : { owner: Number(owner) }),
      ...(volatile === base.volatile_clones ? {} : { volatile }),
    };
    ask.mutate(
      { command: 'clone', args },
      {
        onSuccess: (request) => {
          notifications.show({
            id: toastOf(request.id),
            message: t('common:asked.clone', { name: nameOf(base) }),
          });
          onClose();
        },
      },
    );
  });

  return (
    <form onSubmit={submit}>
      <Stack>
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
