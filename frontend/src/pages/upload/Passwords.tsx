import { Alert, Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconDownload, IconKey } from '@tabler/icons-react';
import { useEffect, useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { UploadLine } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';

/** Passwords that were made up. They are told here and never again: to be kept before the page is left. */
export function Passwords({ lines }: { lines: readonly UploadLine[] }) {
  const { t } = useTranslation('upload');
  const given = lines.filter(({ password }) => password != null);
  const table = [
    'name,password',
    ...given.map(({ name, password }) => `${name},${password}`),
    '',
  ].join('\r\n');
  const address = useMemo(
    () => URL.createObjectURL(new Blob([table], { type: 'text/csv' })),
    [table],
  );
  useEffect(
    () => () => {
      URL.revokeObjectURL(address);
    },
    [address],
  );
  return (
    <Alert color="yellow" icon={<IconKey aria-hidden />} title={t('passwords.title')}>
      <Stack gap="sm">
        <Text size="sm">{t('passwords.text')}</Text>
        <Code block data-testid="upload-passwords">
          {given.map(({ name, password }) => `${name}  ${password}`).join('\n')}
        </Code>
        <Group gap="sm">
          <Button
            component="a"
            href={address}
            download="passwords.csv"
            variant="default"
            leftSection={<IconDownload size={18} aria-hidden />}
            data-testid="upload-download"
          >
            {t('passwords.download')}
          </Button>
          <CopyButton value={table} what={t('passwords.what')} />
        </Group>
      </Stack>
    </Alert>
  );
}
