import { Button, Group, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useUser } from '@/api/session';
import { RecoveryCodes } from './RecoveryCodes';

/** The end of setting it up: the codes, until the reader says that they are kept. */
export function Kept({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  const { t } = useTranslation('second-factor');
  const name = useUser()?.name ?? '';
  return (
    <Stack>
      <Text size="sm" role="status">
        {t('codes.text')}
      </Text>
      <RecoveryCodes codes={codes} name={name} />
      <Group justify="flex-end">
        <Button onClick={onDone} data-testid="recovery-kept">
          {t('codes.kept')}
        </Button>
      </Group>
    </Stack>
  );
}
