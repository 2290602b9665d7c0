import { Modal, Stack, Textarea, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { useMakeGroup } from '@/api/groups';
import { FormFooter } from '@/components/FormFooter';

export function NewGroupDialog({ opened, onClose }: { opened: boolean; onClose: () => void }) {
  const { t } = useTranslation(['groups', 'common']);
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

function Form({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('groups');
  const make = useMakeGroup();
  const navigate = useNavigate();
  const form = useForm({
    initialValues: { name: '', description: '' },
    validate: { name: (name) => (name.trim() === '' ? t('new.name_needed') : null) },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, description }) => {
        make.mutate(
          { name: name.trim(), description: description.trim() || null },
          {
            onSuccess: ({ id }) => {
              onClose();
              void navigate(`/admin/groups/${id}`);
            },
          },
        );
      })}
    >
      <Stack>
        <TextInput
          label={t('new.name')}
          autoComplete="off"
          data-autofocus
          data-testid="group-name"
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('new.description')}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <FormFooter
          problem={make.error}
          busy={make.isPending}
          submit={t('new.submit')}
          onCancel={onClose}
          testId="group-submit"
        />
      </Stack>
    </form>
  );
}
