import { Modal, Stack, Text, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { useRenameSnapshot } from '@/api/snapshots';
import type { Domain, Snapshot } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useAskOf } from './ask';

interface Props {
  domain: Domain;
  /** One that gets another name, or one to be taken. */
  edited: Snapshot | 'new' | null;
  onClose: () => void;
}

export function SnapshotDialog({ domain, edited, onClose }: Props) {
  const { t } = useTranslation(['machine', 'common']);
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={t(edited === 'new' ? 'snapshots.take' : 'snapshots.edit')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited !== null && (
        <Form domain={domain} snapshot={edited === 'new' ? null : edited} onClose={onClose} />
      )}
    </Modal>
  );
}

function Form({
  domain,
  snapshot,
  onClose,
}: {
  domain: Domain;
  snapshot: Snapshot | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('machine');
  const askOf = useAskOf(domain);
  const { mutateAsync: rename } = useRenameSnapshot(domain.id);
  const form = useForm({
    initialValues: { name: snapshot?.name ?? '', description: snapshot?.description ?? '' },
    validate: {
      name: (name) => (snapshot !== null && name.trim() === '' ? t('snapshots.name_needed') : null),
    },
  });
  const save = useMutation({
    mutationFn: async (values: typeof form.values) => {
      const name = values.name.trim();
      const description = values.description.trim();
      if (snapshot !== null) {
        await rename({
          snapshot: snapshot.id,
          name,
          description: description === '' ? null : description,
        });
        return;
      }
      await askOf('take_snapshot', {
        ...(name === '' ? {} : { name }),
        ...(description === '' ? {} : { description }),
      });
    },
    onSuccess: onClose,
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        save.mutate(values);
      })}
    >
      <Stack>
        {snapshot === null && <Text size="sm">{t('snapshots.rule')}</Text>}
        <TextInput
          label={t('snapshots.name')}
          description={snapshot === null ? t('snapshots.name_rule') : undefined}
          data-autofocus
          data-testid="snapshot-name"
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('snapshots.description')}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <FormFooter
          problem={save.error}
          busy={save.isPending}
          submit={snapshot === null ? t('snapshots.take') : t('save')}
          onCancel={onClose}
          testId="snapshot-submit"
        />
      </Stack>
    </form>
  );
}
