import { Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { useAskOf } from './ask';

/** Another name for a machine that is off. */
export function Rename({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const ask = useAskOf(domain);
  const showProblem = useShowProblem();
  const [name, setName] = useState('');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        ask('rename_domain', { name: name.trim() })
          .then(() => {
            setName('');
          })
          .catch(showProblem);
      }}
    >
      <Stack gap="sm">
        <TextInput
          label={t('rename.name')}
          description={t('rename.rule')}
          value={name}
          onChange={(event) => {
            setName(event.currentTarget.value);
          }}
          data-testid="rename-name"
        />
        <SaveButton changed={name.trim() !== ''} testId="rename-submit">
          {t('rename.submit')}
        </SaveButton>
      </Stack>
    </form>
  );
}
