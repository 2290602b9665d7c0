import { Button, Group, Stack, Text, TextInput, Title } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useBeginSecondFactor, useConfirmSecondFactor } from '@/api/account';
import { Problem } from '@/api/problem';
import type { SecondFactorEnrolment } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { useShowProblem } from '@/components/problemText';
import { isUnproven, Proof } from '@/components/Proof';
import classes from './SecondFactorPage.module.css';

/** A secret goes into an app, by its picture or by hand; the app's code shows that it is there. */
export function Enrolment({ onCodes }: { onCodes: (codes: readonly string[]) => void }) {
  const { t } = useTranslation('second-factor');
  const begin = useBeginSecondFactor();
  const showProblem = useShowProblem();
  const [password, setPassword] = useState('');
  if (begin.data !== undefined) return <Scan enrolment={begin.data} onCodes={onCodes} />;
  return (
    <form
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate(password, {
          onError: (problem) => {
            if (!isUnproven(problem)) showProblem(problem);
          },
        });
      }}
    >
      <Stack>
        <Text size="sm">{t('begin.need')}</Text>
        <Proof problem={begin.error} password={password} onPassword={setPassword} />
        <Group justify="flex-end">
          <Button type="submit" loading={begin.isPending} data-testid="second-factor-begin">
            {t('begin.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Scan({
  enrolment: { secret, qr_png, state },
  onCodes,
}: {
  enrolment: SecondFactorEnrolment;
  onCodes: (codes: readonly string[]) => void;
}) {
  const { t } = useTranslation('second-factor');
  const confirm = useConfirmSecondFactor();
  const showProblem = useShowProblem();
  const form = useForm({
    initialValues: { code: '' },
    validate: { code: (code) => (/^\d{6}$/.test(digits(code)) ? null : t('scan.code_needed')) },
  });
  // in fours, as apps show it
  const key = secret.match(/.{1,4}/g)?.join(' ') ?? secret;
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ code }) => {
        confirm.mutate(
          { state, code: digits(code) },
          {
            onSuccess: ({ codes }) => {
              onCodes(codes);
            },
            onError: (problem) => {
              if (problem instanceof Problem && problem.code === 'wrong_code') {
                form.setFieldError('code', t('wrong_code'));
              } else {
                showProblem(problem);
              }
            },
          },
        );
      })}
    >
      <Stack>
        <Title order={3} size="h6">
          {t('scan.title')}
        </Title>
        <div className={classes.scan}>
          <img
            className={classes.picture}
            src={`data:image/png;base64,${qr_png}`}
            alt={t('scan.picture')}
            data-testid="second-factor-picture"
          />
          <div className={classes.byHand}>
            <TextInput
              label={t('scan.by_hand')}
              value={key}
              readOnly
              onFocus={(event) => {
                event.currentTarget.select();
              }}
              rightSection={<CopyButton value={secret} what={t('scan.key')} />}
              data-testid="second-factor-key"
            />
          </div>
        </div>
        <Title order={3} size="h6">
          {t('scan.code_title')}
        </Title>
        <TextInput
          label={t('scan.code')}
          autoComplete="one-time-code"
          inputMode="numeric"
          data-testid="second-factor-code"
          {...form.getInputProps('code')}
        />
        <Group justify="flex-end">
          <Button type="submit" loading={confirm.isPending} data-testid="second-factor-submit">
            {t('scan.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

/** Apps show them as 123 456. */
function digits(code: string): string {
  return code.replaceAll(/\s/g, '');
}
