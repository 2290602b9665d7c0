import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/requests';
import type { Domain } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { nameOf } from '@/domains/sentence';
import { toastOf } from '@/messages/watched';

/** A second machine with the same content. */
export function CopyDialog({
  domain,
  opened,
  onClose,
}: {
  domain: Domain;
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation(['machine', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('copy.title', { name: nameOf(domain) })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <Form domain={domain} onClose={onClose} />}
    </Modal>
  );
}

function Form({ domain, onClose }: { domain: Domain; onClose: () => void }) {
  const { t } = useTranslation(['machine', 'common']);
  const { mutateAsync: ask } = useAsk();
  const [name, setName] = useState('');
  const copy = useMutation({
    mutationFn: () => {
      const called = name.trim();
      const args = { source: domain.id, ...(called === '' ? {} : { name: called }) };
      return ask({ command: 'copy_domain', args });
    },
    onSuccess: (request) => {
      notifications.show({
        id: toastOf(request.id),
        message: t('copy.asked', { name: nameOf(domain) }),
      });
      onClose();
    },
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        copy.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t('copy.rule')}</Text>
        <TextInput
          label={t('copy.name')}
          description={t('copy.name_rule')}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
          data-autofocus
          data-testid="copy-name"
        />
        <FormFooter
          problem={copy.error}
          busy={copy.isPending}
          submit={t('copy.submit')}
          onCancel={onClose}
          testId="copy-submit"
        />
      </Stack>
    </form>
  );
}
