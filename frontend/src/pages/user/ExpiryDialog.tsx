import { Modal, Stack, Text, TextInput } from '@mantine/core';
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
  const form = useForm({ initialValues: { at: fieldOf(user.expires_at ?? null) } });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ at }) => {
        set.mutate(at === '' ? null : new Date(at).toISOString(), {
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

/** As the field writes it: 2026-11-24T10:00, by the reader's clock. */
function fieldOf(iso: string | null): string {
  return iso === null ? '' : new Date(iso).toLocaleString('sv-SE').slice(0, 16).replace(' ', 'T');
}
