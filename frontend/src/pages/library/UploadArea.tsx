import { Button, CloseButton, FileButton, Progress, Text } from '@mantine/core';
import { IconUpload } from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent, useState, useSyncExternalStore } from 'react';
import { useTranslation } from 'react-i18next';
import { libraryQuery } from '@/api/library';
import type { LibraryImage } from '@/api/types';
import { useProblemText } from '@/components/problemText';
import { useFormat } from '@/i18n/format';
import classes from './UploadArea.module.css';
import { uploads, type Upload } from './uploads';

const kinds = '.qcow2,.img,.raw,.vmdk,.vdi,.ova';

/** Where images are dropped, and below it those on their way. */
export function UploadArea({ onImport }: { onImport: (file: string) => void }) {
  const { t } = useTranslation('library');
  const client = useQueryClient();
  const list = useSyncExternalStore(uploads.subscribe, uploads.all);
  useWarning(list.some(({ state }) => state === 'sending' || state === 'queued'));

  const add = (files: readonly File[]) => {
    uploads.add(files, () => {
      void client.invalidateQueries({ queryKey: libraryQuery.queryKey });
    });
  };
  const isOver = useDrop(add);

  return (
    <section className={classes.area} aria-label={t('upload.title')}>
      <div className={classes.drop} data-over={isOver} data-testid="upload-drop">
        <IconUpload size={28} stroke={1.5} aria-hidden />
        <div className={classes.words}>
          <Text fw={550}>{t('upload.drop')}</Text>
          <Text size="sm" c="dimmed">
            {t('upload.kinds')}
          </Text>
        </div>
        <FileButton onChange={add} accept={kinds} multiple inputProps={{ 'aria-hidden': true }}>
          {(props) => (
            <Button variant="default" {...props} data-testid="upload-choose">
              {t('upload.choose')}
            </Button>
          )}
        </FileButton>
      </div>
      {list.length > 0 && (
        <ul className={classes.list}>
          {list.map((upload) => (
            <UploadEntry key={upload.id} upload={upload} onImport={onImport} />
          ))}
        </ul>
      )}
    </section>
  );
}

function UploadEntry({ upload, onImport }: { upload: Upload; onImport: (file: string) => void }) {
  const { t } = useTranslation('library');
  const textOf = useProblemText();
  const format = useFormat();
  const found = useFound();
  const { id, file, size, sent, state } = upload;
  const isGoing = state === 'queued' || state === 'sending';

  return (
    <li
      className={classes.upload}
      data-testid="upload"
      data-file={file}
      data-state={state}
      aria-live="polite"
    >
      <div className={classes.body}>
        <Text size="sm" fw={550} className={classes.file}>
          {file}
        </Text>
        {state === 'sending' && (
          <Progress
            value={size === 0 ? 0 : (sent / size) * 100}
            my={6}
            aria-label={t('upload.progress', { file })}
          />
        )}
        <Text size="xs" c={state === 'failed' ? 'red' : 'dimmed'}>
          {state === 'done' && upload.found
            ? found(upload.found)
            : state === 'failed'
              ? textOf(upload.problem)
              : state === 'queued'
                ? t('upload.queued', { size: format.bytes(size) })
                : sent >= size
                  ? t('upload.looking')
                  : sentWords()}
        </Text>
      </div>
      {state === 'done' && (
        <Button
          size="compact-sm"
          variant="light"
          onClick={() => {
            onImport(file);
          }}
          data-testid="upload-import"
        >
          {t('import')}
        </Button>
      )}
      <CloseButton
        aria-label={isGoing ? t('upload.cancel', { file }) : t('upload.dismiss', { file })}
        onClick={() => {
          uploads.drop(id);
        }}
        data-testid="upload-cancel"
      />
    </li>
  );

  function sentWords(): string {
    const done = t('upload.sent', { sent: format.bytes(sent), size: format.bytes(size) });
    const speed = upload.bytesPerSecond;
    if (speed === null || speed <= 0) return done;
    return [
      done,
      t('upload.speed', { speed: format.bytes(speed) }),
      t('upload.left', { left: format.duration((size - sent) / speed) }),
    ].join(' · ');
  }
}

/** What the look into an image found, in a line. */
export function useFound(): (
  image: Pick<LibraryImage, 'format' | 'capacity_bytes' | 'import'>,
) => string {
  const { t } = useTranslation('library');
  const format = useFormat();
  return ({ format: kind, capacity_bytes, import: way }) => {
    if (kind === 'iso') return t('found.cd');
    return kind === null || capacity_bytes === null || way === null
      ? ''
      : t(`found.${way}`, { format: kind, size: format.memory(capacity_bytes / 1024) });
  };
}

/** Files may be dropped anywhere on the page. Tells whether some are held over it. */
function useDrop(onFiles: (files: readonly File[]) => void): boolean {
  const [isOver, setIsOver] = useState(false);
  const drop = useEffectEvent(onFiles);
  useEffect(() => {
    const over = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setIsOver(true);
    };
    const leave = (event: DragEvent) => {
      // left the window, not only one element for the next
      if (event.relatedTarget === null) setIsOver(false);
    };
    const dropped = (event: DragEvent) => {
      if (event.dataTransfer?.types.includes('Files') !== true) return;
      event.preventDefault();
      setIsOver(false);
      drop([...event.dataTransfer.files]);
    };
    window.addEventListener('dragover', over);
    window.addEventListener('dragleave', leave);
    window.addEventListener('drop', dropped);
    return () => {
      window.removeEventListener('dragover', over);
      window.removeEventListener('dragleave', leave);
      window.removeEventListener('drop', dropped);
    };
  }, []);
  return isOver;
}

/** Closing the tab would end what is on its way. */
function useWarning(isGoing: boolean): void {
  useEffect(() => {
    if (!isGoing) return;
    const warn = (event: BeforeUnloadEvent) => {
      event.preventDefault();
    };
    window.addEventListener('beforeunload', warn);
    return () => {
      window.removeEventListener('beforeunload', warn);
    };
  }, [isGoing]);
}
