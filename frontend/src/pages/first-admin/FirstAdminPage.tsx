import { Alert, Anchor, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { IconAlertCircle } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link, Navigate, useLocation } from 'react-router';
import { call } from '@/api/client';
import { Problem } from '@/api/problem';
import { useSession, useSignIn } from '@/api/session';
import { Logo } from '@/app/Logo';
import { PreferencesMenu } from '@/app/PreferencesMenu';
import { useProblemText } from '@/components/problemText';
import classes from './FirstAdminPage.module.css';

/** Where the installation's one-time link leads. The token stands behind the #, so no server's log holds it. */
export default function FirstAdminPage() {
  const { t } = useTranslation('first-admin');
  const token = useLocation().hash.slice(1);
  const { data: session } = useSession();
  const textOf = useProblemText();
  const signIn = useSignIn();
  const create = useMutation({
    mutationFn: (body: { token: string; name: string; password: string }) =>
      call('post', '/api/first-admin', { body }),
    onSuccess: (_, { name, password }) => {
      signIn.mutate({ name, password });
    },
  });
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', chosen: '', again: '' },
    validate: {
      name: isNotEmpty(t('name_needed')),
      chosen: isNotEmpty(t('password_needed')),
      again: (value, values) => (value === values.chosen ? null : t('different')),
    },
  });

  if (session?.signed_in === true && create.isSuccess) return <Navigate to="/" replace />;

  const { error } = create;
  const isUsedUp = token === '' || (error instanceof Problem && error.code === 'link_used_up');
  const refusal = isUsedUp
    ? t('used_up')
    : (error ?? signIn.error) && textOf(error ?? signIn.error);

  return (
    <main className={classes.page}>
      <div className={classes.corner}>
        <PreferencesMenu />
      </div>
      <form
        className={classes.form}
        onSubmit={form.onSubmit(({ name, chosen }) => {
          create.mutate({ token, name, password: chosen });
        })}
        noValidate
      >
        <Stack gap="lg">
          <div>
            <Logo size={44} />
            <Title order={1} size="h2" mt="md">
              {t('heading')}
            </Title>
            <Text c="dimmed">{t('text')}</Text>
          </div>
          <div role="alert">
            {refusal && (
              <Alert
                color="red"
                icon={<IconAlertCircle aria-hidden />}
                data-testid="first-admin-error"
              >
                {refusal}
              </Alert>
            )}
          </div>
          <TextInput
            label={t('name')}
            autoComplete="username"
            autoCapitalize="none"
            spellCheck={false}
            data-testid="first-admin-name"
            key={form.key('name')}
            {...form.getInputProps('name')}
          />
          <PasswordInput
            label={t('password')}
            description={t('rule')}
            autoComplete="new-password"
            data-testid="first-admin-password"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            key={form.key('chosen')}
            {...form.getInputProps('chosen')}
          />
          <PasswordInput
            label={t('again')}
            autoComplete="new-password"
            data-testid="first-admin-again"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            key={form.key('again')}
            {...form.getInputProps('again')}
          />
          <Button
            type="submit"
            loading={create.isPending || signIn.isPending}
            disabled={isUsedUp}
            data-testid="first-admin-submit"
          >
            {t('submit')}
          </Button>
          <Anchor component={Link} to="/sign-in" size="sm">
            {t('sign_in')}
          </Anchor>
        </Stack>
      </form>
    </main>
  );
}
