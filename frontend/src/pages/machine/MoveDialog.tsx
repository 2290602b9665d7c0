import { Modal, Select, Stack, Text } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { nodesQuery } from '@/api/health';
import { storageQuery } from '@/api/nodes';
import type { Domain, Volume } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useFormat } from '@/i18n/format';
import { useAskOf } from './ask';

interface Props {
  domain: Domain;
  /** The disk that is moved. */
  volume: Volume | null;
  onClose: () => void;
}

export function MoveDialog({ domain, volume, onClose }: Props) {
  const { t } = useTranslation(['machine', 'common']);
  return (
    <Modal
      opened={volume !== null}
      onClose={onClose}
      title={volume && t('disks.move_named', { target: volume.target })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {volume && <Form domain={domain} volume={volume} onClose={onClose} />}
    </Modal>
  );
}

function Form({ domain, volume, onClose }: Props & { volume: Volume }) {
  const { t } = useTranslation('machine');
  const format = useFormat();
  const others = useOthers(domain, volume);
  const askOf = useAskOf(domain);
  const [storage, setStorage] = useState<string | null>(null);
  const move = useMutation({
    mutationFn: () => askOf('move_volume', { target: volume.target, storage }),
    onSuccess: onClose,
  });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        move.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{t('disks.move_rule')}</Text>
        <Select
          label={t('disks.move_to')}
          data={others.map(({ name, free_bytes }) => ({
            value: name,
            label: t('disks.room', { name, size: format.bytes(free_bytes) }),
          }))}
          value={storage}
          onChange={setStorage}
          nothingFoundMessage={t('disks.move_nowhere')}
          data-testid="move-storage"
        />
        <FormFooter
          problem={move.error}
          busy={move.isPending}
          submit={t('disks.move')}
          disabled={storage === null}
          onCancel={onClose}
          testId="move-submit"
        />
      </Stack>
    </form>
  );
}

/** The folders of its host in which it doesn't lie, and that can be used. */
function useOthers(domain: Domain, volume: Volume) {
  const { data: nodes } = useQuery(nodesQuery);
  const node = nodes?.find(({ name }) => name === domain.node);
  const { data: storage } = useQuery({
    ...storageQuery(node?.id ?? 0),
    enabled: node !== undefined,
  });
  return (storage ?? []).filter(({ name, problem }) => name !== volume.storage && problem === null);
}
