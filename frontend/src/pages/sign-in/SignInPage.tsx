import { Alert, Button, PasswordInput, Stack, Text, TextInput, Title } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { Problem } from '@/api/problem';
import { useSession, useSignIn } from '@/api/session';
import { Logo } from '@/app/Logo';
import { PreferencesMenu } from '@/app/PreferencesMenu';
import { DrawnPicture } from '@/components/Picture';
import { useProblemText } from '@/components/problemText';
import { useFormat } from '@/i18n/format';
import classes from './SignInPage.module.css';
import { localPath } from './localPath';

export default function SignInPage() {
  const { t } = useTranslation(['sign-in', 'common']);
  const [params] = useSearchParams();
  const { data: session } = useSession();
  const signIn = useSignIn();
  const textOf = useProblemText();
  const format = useFormat();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { name: '', password: '' },
    validate: { name: isNotEmpty(t('name_needed')), password: isNotEmpty(t('password_needed')) },
  });

  if (session?.signed_in === true) return <Navigate to={localPath(params.get('next'))} replace />;

  const { error } = signIn;
  const refusal =
    error instanceof Problem && error.retryAfterSeconds !== null
      ? t('wait', { duration: format.duration(error.retryAfterSeconds) })
      : error && textOf(error);

  return (
    <div className={classes.page}>
      <div className={classes.picture}>
        <DrawnPicture name="Broker" hue={186} />
      </div>
      <main className={classes.side}>
        <div className={classes.corner}>
          <PreferencesMenu />
        </div>
        <form
          className={classes.form}
          onSubmit={form.onSubmit((values) => {
            signIn.mutate(values);
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
                  data-testid="sign-in-error"
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
      </main>
    </div>
  );
}
