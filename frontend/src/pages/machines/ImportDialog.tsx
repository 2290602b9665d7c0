import {
  Group,
  Modal,
  NumberInput,
  Radio,
  Skeleton,
  Stack,
  Text,
  Textarea,
  TextInput,
} from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconFolderOff } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { libraryQuery } from '@/api/library';
import { useAsk } from '@/api/requests';
import type { LibraryImage } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { toastOf } from '@/messages/watched';
import { useFormat } from '@/i18n/format';
import classes from './ImportDialog.module.css';

export function ImportDialog({
  opened,
  file = null,
  onClose,
}: {
  opened: boolean;
  /** What to import; asked for when it isn't given. */
  file?: string | null;
  onClose: () => void;
}) {
  const { t } = useTranslation(['machines', 'common']);
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('import.title')}
      size="lg"
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {opened && <ImportForm file={file} onClose={onClose} />}
    </Modal>
  );
}

/** "debian-12_desktop.qcow2" gives the machine the name "debian-12-desktop". */
export function nameFrom(file: string): string {
  return file
    .replace(/\.[^.]+$/, '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '');
}

function ImportForm({ file: given, onClose }: { file: string | null; onClose: () => void }) {
  const { t } = useTranslation(['machines', 'common']);
  const { data: images, error, refetch } = useQuery(libraryQuery);
  const ask = useAsk();
  const form = useForm({
    initialValues: {
      file: given ?? '',
      name: given === null ? '' : nameFrom(given),
      alias: '',
      description: '',
      memory_mib: 512,
      vcpus: 1,
      disk_gib: 20,
    },
    validate: {
      file: (value) => (value === '' ? t('import.file_needed') : null),
      name: (value) => (value.trim() === '' ? t('import.name_needed') : null),
      memory_mib: (value) => (value >= 32 ? null : t('import.memory_needed')),
      vcpus: (value) => (value >= 1 ? null : t('import.vcpus_needed')),
      disk_gib: (value) => (value > 0 ? null : t('import.disk_needed')),
    },
  });

  if (given === null && images === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={360} radius="md" role="status" aria-label={t('common:loading')} />;
  }
  if (given === null && images?.length === 0) {
    return (
      <StateView
        icon={IconFolderOff}
        title={t('import.empty.title')}
        text={t('import.empty.text')}
      />
    );
  }

  const isCd = images?.find(({ file }) => file === form.values.file)?.format === 'iso';
  const choose = (file: string) => {
    const named = form.values.name === '' || form.values.name === nameFrom(form.values.file);
    form.setFieldValue('file', file);
    if (named) form.setFieldValue('name', nameFrom(file));
  };

  const submit = form.onSubmit(
    ({ file, name, alias, description, memory_mib, vcpus, disk_gib }) => {
      const args = {
        file,
        name: name.trim(),
        memory_mib,
        vcpus,
        ...(isCd ? { disk_mib: Math.round(disk_gib * 1024) } : {}),
        ...(alias.trim() === '' ? {} : { alias: alias.trim() }),
        ...(description.trim() === '' ? {} : { description: description.trim() }),
      };
      ask.mutate(
        { command: 'import_domain', args },
        {
          onSuccess: (request) => {
            notifications.show({
              id: toastOf(request.id),
              message: t('common:asked.import_domain', { name: args.name }),
            });
            onClose();
          },
        },
      );
    },
  );

  return (
    <form onSubmit={submit} noValidate>
      <Stack>
        {given === null ? (
          <Radio.Group
            label={t('import.file')}
            value={form.values.file}
            onChange={choose}
            error={form.errors.file}
          >
            <Stack gap="xs" mt={4} mb={4} className={classes.images}>
              {images?.map((image) => (
                <ImageChoice key={`${image.node}/${image.file}`} image={image} />
              ))}
            </Stack>
          </Radio.Group>
        ) : (
          <Text fw={550}>{given}</Text>
        )}
        <TextInput
          label={t('import.name')}
          description={t('import.name_rule')}
          data-testid="import-name"
          {...form.getInputProps('name')}
        />
        <TextInput
          label={t('import.alias')}
          description={t('import.alias_rule')}
          {...form.getInputProps('alias')}
        />
        <Textarea
          label={t('import.description')}
          autosize
          minRows={2}
          {...form.getInputProps('description')}
        />
        <Group grow>
          <NumberInput
            label={t('import.memory')}
            min={32}
            step={256}
            data-testid="import-memory"
            {...form.getInputProps('memory_mib')}
          />
          <NumberInput
            label={t('import.vcpus')}
            min={1}
            max={64}
            {...form.getInputProps('vcpus')}
          />
        </Group>
        {isCd && (
          <NumberInput
            label={t('import.disk')}
            description={t('import.cd_rule')}
            min={1}
            data-testid="import-disk"
            {...form.getInputProps('disk_gib')}
          />
        )}
        <FormFooter
          problem={ask.error}
          busy={ask.isPending}
          submit={t('import.submit')}
          onCancel={onClose}
          testId="import-submit"
        />
      </Stack>
    </form>
  );
}

function ImageChoice({ image }: { image: LibraryImage }) {
  const { t } = useTranslation('machines');
  const format = useFormat();
  return (
    <Radio.Card
      value={image.file}
      className={classes.image}
      disabled={image.problem != null}
      data-testid="library-image"
      data-file={image.file}
    >
      <Radio.Indicator aria-hidden />
      <div>
        <Text size="sm" fw={550}>
          {image.file}
        </Text>
        <Text size="xs" c={image.problem == null ? 'dimmed' : 'red'}>
          {image.problem ??
            t('import.facts', {
              size: format.bytes(image.size_bytes),
              format: image.format ?? '?',
              when: format.dateTime(image.changed_at),
            })}
        </Text>
      </div>
    </Radio.Card>
  );
}
