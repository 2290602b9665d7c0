import { Button, Group, Loader, Select, Stack, Text } from '@mantine/core';
import { IconSearch, IconTrash } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { requestQuery, useAsk } from '@/api/requests';
import { isPending, type Node, type StorageFolder } from '@/api/types';
import { RowAction } from '@/components/RowAction';
import { useConfirm } from '@/components/Confirm';
import { useShowProblem } from '@/components/problemText';
import { useFailureText } from '@/domains/failure';
import { useFormat } from '@/i18n/format';
import classes from './NodePage.module.css';

/** What list_unused_volumes tells. */
interface Found {
  files: { file: string; size_bytes: number; changed_at: string }[];
  count: number;
  size_bytes: number;
}

const mostAtOnce = 1000;

/** Files that no machine needs: looked for when somebody asks, deleted after a question. */
export function UnusedFiles({ node, storage }: { node: Node; storage: readonly StorageFolder[] }) {
  const { t } = useTranslation('node');
  const [folder, setFolder] = useState(storage[0]?.name ?? null);
  const { mutateAsync: ask } = useAsk();
  const showProblem = useShowProblem();
  const where = { node: node.name, ...(folder === null ? {} : { storage: folder }) };
  const look = useMutation({
    mutationFn: () =>
      ask({ command: 'list_unused_volumes', args: { ...where, limit: mostAtOnce } }),
    onError: showProblem,
  });
  const remove = useMutation({
    mutationFn: (files: readonly string[]) =>
      ask({ command: 'remove_unused_volumes', args: { ...where, files } }),
    onError: showProblem,
  });
  const removing = useRequest(remove.data?.id);
  const looking = useRequest(look.data?.id);
  return (
    <Stack gap="sm">
      <Text size="sm">{t('unused.rule')}</Text>
      <div className={classes.look}>
        {storage.length > 1 && (
          <Select
            label={t('unused.storage')}
            data={storage.map(({ name }) => name)}
            value={folder}
            onChange={(name) => {
              setFolder(name);
              look.reset();
              remove.reset();
            }}
            allowDeselect={false}
          />
        )}
        <Button
          variant="light"
          leftSection={<IconSearch size={16} aria-hidden />}
          loading={look.isPending || (looking !== undefined && isPending(looking))}
          onClick={() => {
            remove.reset();
            look.mutate();
          }}
          data-testid="unused-look"
        >
          {t('unused.look')}
        </Button>
      </div>
      <Result
        looking={looking}
        gone={filesOf(removing?.args)}
        isRemoving={removing !== undefined && isPending(removing)}
        onRemove={remove.mutate}
      />
    </Stack>
  );
}

function useRequest(id: number | undefined) {
  return useQuery({ ...requestQuery(id ?? 0), enabled: id !== undefined }).data;
}

function filesOf(args: unknown): readonly string[] {
  return (args as { files?: string[] } | null | undefined)?.files ?? [];
}

function Result({
  looking,
  gone,
  isRemoving,
  onRemove,
}: {
  looking: ReturnType<typeof useRequest>;
  /** Those whose deletion was asked for. */
  gone: readonly string[];
  isRemoving: boolean;
  onRemove: (files: readonly string[]) => void;
}) {
  const { t } = useTranslation('node');
  const format = useFormat();
  const confirm = useConfirm();
  const failureText = useFailureText();
  if (looking?.error) {
    return (
      <Text size="sm" c="red" role="alert">
        {failureText(looking.error)}
      </Text>
    );
  }
  if (looking?.state !== 'done') return null;
  const files = (looking.result as Found).files.filter(({ file }) => !gone.includes(file));
  const bytes = files.reduce((sum, { size_bytes }) => sum + size_bytes, 0);
  const remove = async (chosen: Found['files']) => {
    const yes = await confirm({
      title: t('unused.remove_confirm.title', { count: chosen.length }),
      text: t('unused.remove_confirm.text', {
        size: format.bytes(chosen.reduce((sum, { size_bytes }) => sum + size_bytes, 0)),
      }),
      yes: t('unused.remove'),
      danger: true,
    });
    if (yes) onRemove(chosen.map(({ file }) => file));
  };
  return (
    <>
      <Group justify="space-between">
        <Text size="sm" c="dimmed" role="status" data-testid="unused-count">
          {t('unused.count', { count: files.length, size: format.bytes(bytes) })}
        </Text>
        {isRemoving && <Loader size="sm" aria-label={t('unused.removing')} />}
        {files.length > 1 && (
          <Button
            size="compact-sm"
            variant="light"
            color="red"
            onClick={() => void remove(files)}
            data-testid="unused-remove-all"
          >
            {t('unused.remove_all')}
          </Button>
        )}
      </Group>
      <ul className={classes.list}>
        {files.map((one) => (
          <li key={one.file} data-testid="unused-file" data-file={one.file}>
            <div className={classes.about}>
              <Text size="sm">{one.file}</Text>
              <Text size="xs" c="dimmed">
                {`${format.bytes(one.size_bytes)} · ${format.moment(one.changed_at)}`}
              </Text>
            </div>
            <RowAction
              label={t('unused.remove')}
              name={t('unused.remove_named', { file: one.file })}
              icon={IconTrash}
              danger
              onClick={() => {
                void remove([one]);
              }}
              testId="unused-remove"
            />
          </li>
        ))}
      </ul>
    </>
  );
}
