import { Stack, Text, Title } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useSearchParams } from 'react-router';
import { Problem } from '@/api/problem';
import { useSession } from '@/api/session';
import { Logo } from '@/app/Logo';
import { MaintenanceBanner } from '@/app/MaintenanceBanner';
import { PreferencesMenu } from '@/app/PreferencesMenu';
import { DrawnPicture } from '@/components/Picture';
import { CodeForm } from './CodeForm';
import { localPath } from './localPath';
import { OtherWays } from './OtherWays';
import { PasswordForm } from './PasswordForm';
import { Refusal } from './Refusal';
import classes from './SignInPage.module.css';

export default function SignInPage() {
  const { t } = useTranslation('sign-in');
  const [params] = useSearchParams();
  const { data: session } = useSession();
  /** What the password has opened so far, for those who have a second factor. */
  const [state, setState] = useState<string | null>(null);
  const next = localPath(params.get('next'));

  if (session?.signed_in === true) return <Navigate to={next} replace />;

  return (
    <div className={classes.page}>
      <div className={classes.picture}>
        <DrawnPicture name="Broker" hue={186} />
      </div>
      <main className={classes.side}>
        <div className={classes.corner}>
          <PreferencesMenu />
        </div>
        <Stack gap="lg" className={classes.form}>
          <div>
            <Logo size={44} />
            <Title order={1} size="h2" mt="md">
              {state === null ? t('heading') : t('code.heading')}
            </Title>
            <Text c="dimmed">{state === null ? t('text') : t('code.text')}</Text>
          </div>
          <MaintenanceBanner />
          {state === null ? (
            <>
              <Failed code={params.get('sign_in_failed')} />
              <PasswordForm onCode={setState} />
              <OtherWays next={next} />
            </>
          ) : (
            <CodeForm
              state={state}
              onBack={() => {
                setState(null);
              }}
            />
          )}
        </Stack>
      </main>
    </div>
  );
}

/** What came of signing in elsewhere, of which the address brings only a word. */
function Failed({ code }: { code: string | null }) {
  return code !== null && <Refusal problem={new Problem(0, code, '')} />;
}
