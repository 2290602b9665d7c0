import { Anchor, Button, Group, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { useSignInWithCode } from '@/api/session';
import { Refusal } from './Refusal';

/** The second step: the code of the app, or one of those that were kept for when the phone is lost. */
export function CodeForm({ state, onBack }: { state: string; onBack: () => void }) {
  const { t } = useTranslation('sign-in');
  const signIn = useSignInWithCode();
  const [isRecovery, setIsRecovery] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    input.current?.focus();
  }, [isRecovery]);
  const form = useForm({
    initialValues: { code: '' },
    validate: { code: isNotEmpty(t('code.needed')) },
  });
  const { error } = signIn;
  // said as the password's would be, so that it tells nothing to those who guess
  const isWrong = error instanceof Problem && error.code === 'wrong_credentials';
  return (
    <form
      onSubmit={form.onSubmit(({ code }) => {
        signIn.mutate({ state, code: code.trim() });
      })}
      noValidate
    >
      <Stack gap="lg">
        <Refusal problem={isWrong ? null : error} />
        <TextInput
          label={isRecovery ? t('code.recovery') : t('code.label')}
          description={isRecovery ? t('code.recovery_rule') : undefined}
          autoComplete="one-time-code"
          inputMode={isRecovery ? 'text' : 'numeric'}
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          ref={input}
          data-testid="sign-in-code"
          {...form.getInputProps('code')}
          error={form.errors.code ?? (isWrong ? t('code.wrong') : null)}
        />
        <Button
          type="submit"
          size="md"
          loading={signIn.isPending}
          data-testid="sign-in-code-submit"
        >
          {t('submit')}
        </Button>
        <Group justify="space-between">
          <Anchor
            component="button"
            type="button"
            size="sm"
            onClick={() => {
              form.setFieldValue('code', '');
              setIsRecovery(!isRecovery);
            }}
            data-testid="sign-in-recovery"
          >
            {isRecovery ? t('code.use_app') : t('code.use_recovery')}
          </Anchor>
          <Anchor component="button" type="button" size="sm" onClick={onBack}>
            {t('code.back')}
          </Anchor>
        </Group>
      </Stack>
    </form>
  );
}
