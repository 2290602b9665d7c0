import { Button, Skeleton, Table, Text } from '@mantine/core';
import { IconFolderOff, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { libraryQuery, useDeleteImage } from '@/api/library';
import { useMay } from '@/api/session';
import type { LibraryImage } from '@/api/types';
import { RowAction } from '@/components/RowAction';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, type Column } from '@/components/ListTable';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { StateView } from '@/components/StateView';
import { useFormat } from '@/i18n/format';
import { ImportDialog } from '../machines/ImportDialog';
import { UploadArea, useFound } from './UploadArea';

export default function LibraryPage() {
  const { t } = useTranslation(['library', 'common']);
  const { data: images, error, refetch } = useQuery(libraryQuery);
  const mayAdd = useMay()('create_machine');
  const [importing, setImporting] = useState<string | null>(null);

  return (
    <>
      <PageHead title={t('title')} text={t('text')} />
      {mayAdd && <UploadArea onImport={setImporting} />}
      {images === undefined ? (
        error === null ? (
          <Skeleton height={300} radius="lg" role="status" aria-label={t('common:loading')} />
        ) : (
          <ProblemState problem={error} onRetry={() => void refetch()} />
        )
      ) : images.length === 0 ? (
        <StateView icon={IconFolderOff} title={t('empty.title')} text={t('empty.text')} />
      ) : (
        <Images images={images} onImport={setImporting} />
      )}
      <ImportDialog
        opened={importing !== null}
        file={importing}
        onClose={() => {
          setImporting(null);
        }}
      />
    </>
  );
}

function Images({
  images,
  onImport,
}: {
  images: readonly LibraryImage[];
  onImport: (file: string) => void;
}) {
  const { t } = useTranslation('library');
  const columns: readonly Column[] = [
    { text: t('column.file') },
    { text: t('column.size') },
    { text: t('column.node'), room: 'wider' },
    { text: t('column.changed'), room: 'wider' },
    { text: t('column.actions'), silent: true },
  ];
  return (
    <ListTable columns={columns} data-testid="library-table">
      {images.map((image) => (
        <ImageRow key={`${image.node}/${image.file}`} image={image} onImport={onImport} />
      ))}
    </ListTable>
  );
}

function ImageRow({ image, onImport }: { image: LibraryImage; onImport: (file: string) => void }) {
  const { t } = useTranslation('library');
  const format = useFormat();
  const found = useFound();
  const remove = useRemove();
  const mayAdd = useMay()('create_machine');
  const { file, problem } = image;

  return (
    <Table.Tr
      data-testid="library-row"
      data-file={file}
      data-format={image.format}
      data-problem={problem != null}
    >
      <Cell>
        <Text size="sm" fw={550}>
          {file}
        </Text>
        <Text size="xs" c={problem === null ? 'dimmed' : 'red'}>
          {problem ?? found(image)}
        </Text>
      </Cell>
      <Cell digits>{format.bytes(image.size_bytes)}</Cell>
      <Cell room="wider">{image.node}</Cell>
      <Cell room="wider" digits>
        {format.moment(image.changed_at)}
      </Cell>
      <Cell>
        <RowButtons>
          {mayAdd && problem == null && (
            <Button
              size="compact-sm"
              variant="light"
              aria-label={t('import_named', { file })}
              onClick={() => {
                onImport(file);
              }}
              data-testid="library-import"
            >
              {t('import')}
            </Button>
          )}
          {mayAdd && image.is_upload && (
            <RowAction
              label={t('delete.action')}
              name={t('delete.named', { file })}
              icon={IconTrash}
              danger
              onClick={() => {
                void remove(file);
              }}
              testId="library-delete"
            />
          )}
        </RowButtons>
      </Cell>
    </Table.Tr>
  );
}

function useRemove(): (file: string) => Promise<void> {
  const { t } = useTranslation('library');
  const { mutate } = useDeleteImage();
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  return async (file) => {
    const yes = await confirm({
      title: t('delete.title', { file }),
      text: t('delete.text'),
      yes: t('delete.yes'),
      danger: true,
    });
    if (yes) mutate(file, { onError: showProblem });
  };
}
