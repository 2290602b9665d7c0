import { Button, PasswordInput, Stack, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { useSignIn } from '@/api/session';
import { Refusal } from './Refusal';

/** The first step, and for most the only one. */
export function PasswordForm({ onCode }: { onCode: (state: string) => void }) {
  const { t } = useTranslation('sign-in');
  const signIn = useSignIn();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: { name: isNotEmpty(t('name_needed')), password: isNotEmpty(t('password_needed')) },
  });
  const asksForCode = signIn.error instanceof Problem && signIn.error.state !== null;
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        signIn.mutate(values, {
          onError: (problem) => {
            if (problem instanceof Problem && problem.state !== null) onCode(problem.state);
          },
        });
      })}
      noValidate
    >
      <Stack gap="lg">
        <Refusal problem={asksForCode ? null : signIn.error} />
        <TextInput
          label={t('name')}
          autoComplete="username"
          autoCapitalize="none"
          spellCheck={false}
          size="md"
          data-testid="sign-in-name"
          key={form.key('name')}
          {...form.getInputProps('name')}
        />
        <PasswordInput
          label={t('password')}
          autoComplete="current-password"
          size="md"
          data-testid="sign-in-password"
          visibilityToggleButtonProps={{ 'aria-label': t('show_password') }}
          key={form.key('password')}
          {...form.getInputProps('password')}
        />
        <Button type="submit" size="md" loading={signIn.isPending} data-testid="sign-in-submit">
          {t('submit')}
        </Button>
      </Stack>
    </form>
  );
}
