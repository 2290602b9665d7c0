import { Modal, PasswordInput, Stack, Switch, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useUser } from '@/api/session';
import { useMakeUser } from '@/api/users';
import { FormFooter } from '@/components/FormFooter';

export function NewUserDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['users', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('new.title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form onClose={onClose} />}
    </Modal>
  );
}

/** An account whose password is kept here; those of a directory come by themselves. */
function Form({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation(['users', 'password']);
  const make = useMakeUser();
  const navigate = useNavigate();
  const isAdmin = useUser()?.is_admin === true;
  const form = useForm({
    initialValues: {
      name: '',
      display_name: '',
      password: '',
      must_change_password: true,
      is_admin: false,
    },
    validate: {
      name: (name) => (name.trim() === '' ? t('new.name_needed') : null),
      password: (password) => (password === '' ? t('new.password_needed') : null),
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        make.mutate(
          { ...values, name: values.name.trim() },
          {
            onSuccess: ({ id, name }) => {
              notifications.show({ message: t('new.made', { name }) });
              onClose();
              void navigate(`/admin/users/${id}`);
            },
          },
        );
      })}
    >
      <Stack>
        <TextInput
          label={t('new.name')}
          description={t('new.name_rule')}
          autoComplete="off"
          data-autofocus
          data-testid="user-name"
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('new.display_name')}
          autoComplete="off"
          data-testid="user-display-name"
          {...form.getInputProps('display_name')}
        />
        <PasswordInput
          label={t('new.password')}
          description={t('password:rule')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password:show') }}
          data-testid="user-password"
          {...form.getInputProps('password')}
        />
        <Switch
          label={t('new.must_change')}
          description={t('new.must_change_rule')}
          {...form.getInputProps('must_change_password', { type: 'checkbox' })}
        />
        {isAdmin && (
          <Switch
            label={t('new.admin')}
            description={t('new.admin_rule')}
            data-testid="user-admin"
            {...form.getInputProps('is_admin', { type: 'checkbox' })}
          />
        )}
        <FormFooter
          problem={make.error}
          busy={make.isPending}
          submit={t('new.submit')}
          onCancel={onClose}
          testId="user-submit"
        />
      </Stack>
    </form>
  );
}
