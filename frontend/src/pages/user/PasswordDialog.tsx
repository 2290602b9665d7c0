import { Modal, PasswordInput, Stack, Switch, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { useChangeUser } from '@/api/users';
import { FormFooter } from '@/components/FormFooter';

interface Props {
  user: User;
  onClose: () => void;
}

export function PasswordDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation(['user', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      title={t('password.title', { name: props.user.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form {...props} />}
    </Modal>
  );
}

function Form({ user, onClose }: Props) {
  const { t } = useTranslation(['user', 'password']);
  const { setPassword: set } = useChangeUser(user.id);
  const form = useForm({
    initialValues: { password: '', must_change_password: true },
    validate: { password: (password) => (password === '' ? t('password:new_needed') : null) },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        set.mutate(values, {
          onSuccess: () => {
            notifications.show({ message: t('done.password', { name: user.name }) });
            onClose();
          },
        });
      })}
    >
      <Stack>
        <Text size="sm">{t('password.rule')}</Text>
        <PasswordInput
          label={t('password:new')}
          description={t('password:rule')}
          autoComplete="new-password"
          visibilityToggleButtonProps={{ 'aria-label': t('password:show') }}
          data-autofocus
          data-testid="set-password"
          {...form.getInputProps('password')}
        />
        <Switch
          label={t('password.must_change')}
          {...form.getInputProps('must_change_password', { type: 'checkbox' })}
        />
        <FormFooter
          problem={set.error}
          busy={set.isPending}
          submit={t('deed.password')}
          onCancel={onClose}
          testId="set-password-submit"
        />
      </Stack>
    </form>
  );
}
