import { Alert, Button, Card, PasswordInput, Stack, Text, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { Problem } from '@/api/problem';
import { useChangePassword, useUser } from '@/api/session';
import { useProblemText } from '@/components/problemText';
import classes from './PasswordPage.module.css';

/** Also where a first password leads: nothing else can be done before it is changed. */
export default function PasswordPage() {
  const { t } = useTranslation('password');
  const user = useUser();
  const navigate = useNavigate();
  const change = useChangePassword();
  const textOf = useProblemText();
  const form = useForm({
    mode: 'uncontrolled',
    initialValues: { current: '', chosen: '', again: '' },
    validate: {
      current: (value) => (value === '' ? t('current_needed') : null),
      chosen: (value, values) =>
        value === '' ? t('new_needed') : value === values.current ? t('same') : null,
      again: (value, values) => (value === values.chosen ? null : t('different')),
    },
  });

  const submit = form.onSubmit(({ current, chosen }) => {
    change.mutate(
      { current_password: current, new_password: chosen },
      {
        onSuccess: () => {
          notifications.show({ message: t('changed') });
          void navigate('/', { replace: true });
        },
      },
    );
  });

  const problem = change.error;
  const refusal =
    problem instanceof Problem && problem.code === 'wrong_credentials'
      ? t('wrong')
      : problem && textOf(problem);

  return (
    <Card className={classes.card} radius="lg" p="xl" withBorder>
      <form onSubmit={submit} noValidate>
        <Stack gap="lg">
          <div>
            <Title order={1} size="h2">
              {t('heading')}
            </Title>
            <Text c="dimmed">{user?.must_change_password ? t('first') : t('text')}</Text>
          </div>
          <div role="alert">
            {refusal && (
              <Alert color="red" icon={<IconAlertCircle aria-hidden />}>
                {refusal}
              </Alert>
            )}
          </div>
          <input
            className="visually-hidden"
            type="text"
            autoComplete="username"
            value={user?.name ?? ''}
            aria-hidden
            tabIndex={-1}
            readOnly
          />
          <PasswordInput
            label={t('current')}
            autoComplete="current-password"
            data-testid="password-current"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            key={form.key('current')}
            {...form.getInputProps('current')}
          />
          <PasswordInput
            label={t('new')}
            description={t('rule')}
            autoComplete="new-password"
            data-testid="password-new"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            key={form.key('chosen')}
            {...form.getInputProps('chosen')}
          />
          <PasswordInput
            label={t('again')}
            autoComplete="new-password"
            data-testid="password-again"
            visibilityToggleButtonProps={{ 'aria-label': t('show') }}
            key={form.key('again')}
            {...form.getInputProps('again')}
          />
          <Button type="submit" loading={change.isPending} data-testid="password-submit">
            {t('submit')}
          </Button>
        </Stack>
      </form>
    </Card>
  );
}
