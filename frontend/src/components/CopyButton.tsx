import { ActionIcon, Tooltip } from '@mantine/core';
import { useClipboard } from '@mantine/hooks';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';

/** Puts a text on the clipboard and says so. Isn't there where the browser has no clipboard for us. */
export function CopyButton({ value, what }: { value: string; what: string }) {
  const { t } = useTranslation();
  const { copied, copy } = useClipboard();
  if (!window.isSecureContext) return null;
  return (
    <Tooltip label={copied ? t('copied') : t('copy', { what })}>
      <ActionIcon
        variant="subtle"
        color="gray"
        size="sm"
        aria-label={copied ? t('copied') : t('copy', { what })}
        onClick={() => {
          copy(value);
        }}
      >
        {copied ? <IconCheck size={14} aria-hidden /> : <IconCopy size={14} aria-hidden />}
      </ActionIcon>
    </Tooltip>
  );
}
