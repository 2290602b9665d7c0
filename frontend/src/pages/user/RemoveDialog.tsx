import { Modal, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useAsk } from '@/api/requests';
import { useMay } from '@/api/session';
import type { UserDetails } from '@/api/types';
import { findUser } from '@/api/users';
import { FormFooter } from '@/components/FormFooter';
import { toastOf } from '@/messages/watched';
import { PersonInput } from '@/people/PersonInput';

interface Props {
  details: UserDetails;
  onClose: () => void;
}

export function RemoveDialog({ opened, ...props }: Props & { opened: boolean }) {
  const { t } = useTranslation(['user', 'common']);
  const { user } = props.details;
  return (
    <Modal
      opened={opened}
      onClose={props.onClose}
      title={t('remove.title', { name: user.display_name || user.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form {...props} />}
    </Modal>
  );
}

/** An account goes with what hangs on it; its machines go to somebody else. */
function Form({ details: { user, machines }, onClose }: Props) {
  const { t } = useTranslation('user');
  const navigate = useNavigate();
  const { mutateAsync: ask } = useAsk();
  const mayGive = useMay()('change_owner');
  const [heir, setHeir] = useState('');
  const remove = useMutation({
    mutationFn: async () => {
      const to = heir === '' ? {} : { heir: (await findUser(heir)).id };
      return ask({ command: 'remove_user', args: { user: user.id, ...to } });
    },
    onSuccess: (request) => {
      notifications.show({
        id: toastOf(request.id),
        message: t('remove.asked', { name: user.name }),
      });
      onClose();
      void navigate('/admin/users');
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        remove.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t('remove.text')}</Text>
        {machines.length > 0 && (
          <>
            <Text size="sm">
              {t(mayGive ? 'remove.machines' : 'remove.owns', { count: machines.length })}
            </Text>
            {mayGive && (
              <PersonInput
                label={t('remove.heir')}
                value={heir}
                onChoose={setHeir}
                testId="remove-heir"
              />
            )}
          </>
        )}
        <FormFooter
          problem={remove.error}
          busy={remove.isPending}
          submit={t('remove.submit')}
          danger
          disabled={machines.length > 0 && heir === ''}
          onCancel={onClose}
          testId="remove-submit"
        />
      </Stack>
    </form>
  );
}
