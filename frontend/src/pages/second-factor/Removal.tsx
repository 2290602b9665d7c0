import { Alert, Button, Group, Stack, Text, TextInput } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconAlertCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useRemoveSecondFactor } from '@/api/account';
import { Problem } from '@/api/problem';
import type { SecondFactor } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { useProblemText } from '@/components/problemText';
import { isUnproven, Proof } from '@/components/Proof';
import { useFormat } from '@/i18n/format';

/** Fewer than these are left: time for new ones. */
const few = 3;

/** Since when it is on, how many codes are left, and the way to do without. */
export function Removal({ factor: { since, recovery_codes } }: { factor: SecondFactor }) {
  const { t } = useTranslation('second-factor');
  const format = useFormat();
  const confirm = useConfirm();
  const remove = useRemoveSecondFactor();
  const problemText = useProblemText();
  const form = useForm({
    initialValues: { password: '', code: '' },
    validate: { code: isNotEmpty(t('on.code_needed')) },
  });
  const { error } = remove;
  const isWrong = error instanceof Problem && error.code === 'wrong_credentials';
  const removeIt = async (values: typeof form.values) => {
    const yes = await confirm({
      title: t('remove_confirm.title'),
      text: t('remove_confirm.text'),
      yes: t('remove_confirm.yes'),
      danger: true,
    });
    if (!yes) return;
    remove.mutate(
      { ...values, code: values.code.trim() },
      {
        onSuccess: () => {
          notifications.show({ message: t('removed') });
        },
      },
    );
  };
  return (
    <form noValidate onSubmit={form.onSubmit((values) => void removeIt(values))}>
      <Stack data-testid="second-factor-on">
        <Text size="sm">
          {since != null && t('on.since', { when: format.dateTime(since) })}{' '}
          {t('on.left', { count: recovery_codes })} {recovery_codes < few && t('on.few')}
        </Text>
        <Text size="sm" c="dimmed">
          {t('on.rule')}
        </Text>
        <div role="alert">
          {error && (isWrong || !isUnproven(error)) && (
            <Alert color="red" icon={<IconAlertCircle aria-hidden />}>
              {!isWrong
                ? problemText(error)
                : t(remove.variables.password === '' ? 'on.wrong_code' : 'on.wrong')}
            </Alert>
          )}
        </div>
        <TextInput
          label={t('on.code')}
          autoComplete="one-time-code"
          data-testid="second-factor-code"
          {...form.getInputProps('code')}
        />
        <Proof
          problem={error}
          password={form.values.password}
          onPassword={(password) => {
            form.setFieldValue('password', password);
          }}
          withCode
        />
        <Group justify="flex-end">
          <Button
            type="submit"
            variant="light"
            color="red"
            loading={remove.isPending}
            data-testid="second-factor-remove"
          >
            {t('on.remove')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
