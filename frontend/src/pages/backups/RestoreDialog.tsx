import { Modal, Select, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useAsk } from '@/api/requests';
import type { Backup } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useFormat } from '@/i18n/format';
import { toastOf } from '@/messages/watched';

export function RestoreDialog({ backup, onClose }: { backup: Backup | null; onClose: () => void }) {
  const { t } = useTranslation(['backups', 'common']);
  return (
    <Modal
      opened={backup !== null}
      onClose={onClose}
      title={backup && t('restore.title', { name: backup.domain_name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {backup && <Form backup={backup} onClose={onClose} />}
    </Modal>
  );
}

/** As a machine of its own, or in place of the one that it is of. */
const hows = ['new', 'over'] as const;
type How = (typeof hows)[number];

function Form({ backup, onClose }: { backup: Backup; onClose: () => void }) {
  const { t } = useTranslation(['backups', 'common']);
  const format = useFormat();
  const { mutateAsync: ask } = useAsk();
  const { file, domain_id, domain_name, is_there } = backup;
  const form = useForm({ initialValues: { how: 'new' as How, name: '', typed: '' } });
  const { how, name, typed } = form.values;
  const isOver = how === 'over';
  const restore = useMutation({
    mutationFn: () => {
      const called = name.trim();
      const place = isOver ? { over: domain_id } : called === '' ? {} : { name: called };
      return ask({ command: 'restore_backup', args: { file, ...place } });
    },
    onSuccess: (request) => {
      notifications.show({
        id: toastOf(request.id),
        message: t('restore.asked', { name: domain_name }),
      });
      onClose();
    },
  });
  return (
    <form
      onSubmit={form.onSubmit(() => {
        restore.mutate();
      })}
    >
      <Stack>
        {is_there && (
          <Select
            label={t('restore.how')}
            data={hows.map((one) => ({
              value: one,
              label: t(`restore.${one}`, { name: domain_name }),
            }))}
            allowDeselect={false}
            data-testid="restore-how"
            {...form.getInputProps('how')}
          />
        )}
        {isOver ? (
          <>
            <Text size="sm">
              {t('restore.over_rule', { when: format.moment(backup.taken_at) })}
            </Text>
            <TextInput
              label={t('common:type_name', { name: domain_name })}
              autoComplete="off"
              data-testid="confirm-name"
              {...form.getInputProps('typed')}
            />
          </>
        ) : (
          <TextInput
            label={t('restore.name')}
            description={t('restore.name_rule')}
            data-testid="restore-name"
            {...form.getInputProps('name')}
          />
        )}
        {backup.needs_base && (
          <Text size="sm" c="dimmed">
            {t('restore.base_rule')}
          </Text>
        )}
        <FormFooter
          problem={restore.error}
          busy={restore.isPending}
          submit={t(isOver ? 'restore.replace' : 'restore.submit')}
          danger={isOver}
          disabled={isOver && typed.trim() !== domain_name}
          onCancel={onClose}
          testId="restore-submit"
        />
      </Stack>
    </form>
  );
}
