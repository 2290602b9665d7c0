import { Button, Group, Stack, Textarea } from '@mantine/core';
import { IconFileUpload } from '@tabler/icons-react';
import { useRef, type ChangeEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Panel } from '@/components/Panel';
import classes from './UploadPage.module.css';

/** The list: pasted, typed, or read from a file. */
export function ListPanel({
  text,
  rule,
  example,
  busy,
  onText,
  onCheck,
  children,
}: {
  text: string;
  /** What its columns are. */
  rule: string;
  example: string;
  busy: boolean;
  onText: (text: string) => void;
  onCheck: () => void;
  /** How it is meant. */
  children: ReactNode;
}) {
  const { t } = useTranslation('upload');
  const file = useRef<HTMLInputElement>(null);
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.currentTarget.files ?? [];
    event.currentTarget.value = '';
    if (chosen !== undefined) onText(await chosen.text());
  };
  return (
    <Panel title={t('list.title')}>
      <Stack gap="sm">
        <Textarea
          label={t('list.label')}
          description={rule}
          placeholder={example}
          classNames={{ input: classes.text ?? '' }}
          autosize
          minRows={6}
          maxRows={16}
          value={text}
          onChange={(event) => {
            onText(event.currentTarget.value);
          }}
          spellCheck={false}
          data-testid="upload-text"
        />
        <div className={classes.choices}>
          {children}
          <input
            ref={file}
            className={classes.file}
            type="file"
            accept=".csv,.json,.txt,text/csv,text/plain,application/json"
            aria-label={t('list.file')}
            tabIndex={-1}
            onChange={(event) => void read(event)}
            data-testid="upload-file"
          />
          <Group gap="sm">
            <Button
              variant="default"
              leftSection={<IconFileUpload size={18} aria-hidden />}
              onClick={() => file.current?.click()}
            >
              {t('list.file')}
            </Button>
            <Button
              variant="light"
              disabled={text.trim() === ''}
              loading={busy}
              onClick={onCheck}
              data-testid="upload-check"
            >
              {t('check')}
            </Button>
          </Group>
        </div>
      </Stack>
    </Panel>
  );
}
