import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useTranslation } from 'react-i18next';
import type { User } from '@/api/types';
import { useChangeUser } from '@/api/users';
import { dateTimeField, instantOf } from '@/components/dateTimeField';
import { FormFooter } from '@/components/FormFooter';

interface Props {
  user: User;
  onClose: () => void;
}

/** When an account ends, by the reader's clock. */
export function ExpiryDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation(['user', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      title={t('expiry.title', { name: props.user.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form {...props} />}
    </Modal>
  );
}

function Form({ user, onClose }: Props) {
  const { t } = useTranslation('user');
  const { setExpiry: set } = useChangeUser(user.id);
  const form = useForm({ initialValues: { at: dateTimeField(user.expires_at) } });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ at }) => {
        set.mutate(instantOf(at), {
          onSuccess: () => {
            notifications.show({ message: t('done.expiry', { name: user.name }) });
            onClose();
          },
        });
      })}
    >
      <Stack>
        <Text size="sm">{t('expiry.rule')}</Text>
        <TextInput
          type="datetime-local"
          label={t('expiry.at')}
          data-autofocus
          data-testid="expiry-at"
          {...form.getInputProps('at')}
        />
        <FormFooter
          problem={set.error}
          busy={set.isPending}
          submit={t('expiry.save')}
          onCancel={onClose}
          testId="expiry-submit"
        />
      </Stack>
    </form>
  );
}
