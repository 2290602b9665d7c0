import { Modal, NumberInput, Select, Stack, Text } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { volumeKinds, type Domain, type Volume, type VolumeKind } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useAskOf } from './ask';

interface Props {
  domain: Domain;
  /** A disk that grows, or one more. */
  edited: Volume | 'new' | null;
  onClose: () => void;
}

export function DiskDialog({ domain, edited, onClose }: Props) {
  const { t } = useTranslation(['machine', 'common']);
  const volume = edited === 'new' ? null : edited;
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={volume === null ? t('disks.add') : t('disks.grow_named', { target: volume.target })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited !== null && <Form domain={domain} volume={volume} onClose={onClose} />}
    </Modal>
  );
}

const gib = 1024;
const bytesPerGib = gib ** 3;

function Form({
  domain,
  volume,
  onClose,
}: {
  domain: Domain;
  volume: Volume | null;
  onClose: () => void;
}) {
  const { t } = useTranslation('machine');
  const askOf = useAskOf(domain);
  const before = volume === null ? 0 : volume.capacity_bytes / bytesPerGib;
  const form = useForm<{ size: number; kind: VolumeKind }>({
    initialValues: { size: volume === null ? 10 : Math.floor(before) + 1, kind: 'data' },
    validate: {
      size: (size) =>
        size > before ? null : t(volume === null ? 'disks.size_needed' : 'disks.grow_needed'),
    },
  });
  const ask = useMutation({
    mutationFn: ({ size, kind }: { size: number; kind: VolumeKind }) => {
      const size_mib = Math.round(size * gib);
      return volume === null
        ? askOf('add_disk', { size_mib, kind })
        : askOf('grow_disk', { target: volume.target, size_mib });
    },
    onSuccess: onClose,
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        ask.mutate(values);
      })}
    >
      <Stack>
        <Text size="sm" c="dimmed">
          {t(volume === null ? 'disks.add_rule' : 'disks.grow_rule')}
        </Text>
        <NumberInput
          label={t('disks.size')}
          min={0}
          decimalScale={2}
          data-autofocus
          data-testid="disk-size"
          {...form.getInputProps('size')}
        />
        {volume === null && (
          <Select
            label={t('disks.for')}
            description={t(`disks.kind_rule.${form.values.kind}`)}
            data={volumeKinds.map((kind) => ({ value: kind, label: t(`disks.kind.${kind}`) }))}
            allowDeselect={false}
            data-testid="disk-kind"
            {...form.getInputProps('kind')}
          />
        )}
        <FormFooter
          problem={ask.error}
          busy={ask.isPending}
          submit={t(volume === null ? 'disks.add' : 'disks.grow')}
          onCancel={onClose}
          testId="disk-submit"
        />
      </Stack>
    </form>
  );
}
