import { Button, Group, Text } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy, IconDownload, IconPrinter } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import classes from './RecoveryCodes.module.css';

/** The codes that stand in for a lost phone: shown once, so there are several ways to keep them. */
export function RecoveryCodes({ codes, name }: { codes: readonly string[]; name: string }) {
  const { t } = useTranslation(['second-factor', 'common']);
  const { copied, copy } = useClipboard();
  const text = codes.join('\n');
  return (
    <div className={classes.sheet}>
      <Text size="sm" className={classes.whose}>
        {t('codes.whose', { name })}
      </Text>
      <ol className={classes.codes} data-testid="recovery-codes">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ol>
      <Group gap="xs" className={classes.ways}>
        {window.isSecureContext && (
          <Button
            variant="default"
            size="xs"
            leftSection={
              copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />
            }
            onClick={() => {
              copy(text);
            }}
          >
            {copied ? t('common:copied') : t('codes.copy')}
          </Button>
        )}
        <Button
          variant="default"
          size="xs"
          leftSection={<IconDownload size={14} aria-hidden />}
          onClick={() => {
            download(`broker-${name}.txt`, `${t('codes.whose', { name })}\n\n${text}\n`);
          }}
        >
          {t('codes.download')}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<IconPrinter size={14} aria-hidden />}
          onClick={() => {
            window.print();
          }}
        >
          {t('codes.print')}
        </Button>
      </Group>
    </div>
  );
}

/** Gives a text to the browser as a file to keep. */
function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = file;
  link.click();
  URL.revokeObjectURL(url);
}
