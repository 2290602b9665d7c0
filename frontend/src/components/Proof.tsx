import { Alert, Button, PasswordInput, Text } from '@mantine/core';
import { IconLock } from '@tabler/icons-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Problem } from '@/api/problem';
import { useSignOut } from '@/api/session';

type Refused = 'password_needed' | 'sign_in_needed' | 'wrong_credentials';

/** Whether a call was refused because it isn't shown, or not rightly, that it is really oneself; {@link Proof} says so then. */
export function isUnproven(problem: unknown): boolean {
  return refusedOf(problem) !== null;
}

/**
 * What lets somebody in later is given only to who signed in just now, or shows who he is once
 * more: the password, which stands here from when it is asked for; or, with none, a new sign-in.
 */
export function Proof({
  problem,
  password,
  onPassword,
  withCode = false,
}: {
  /** Why the call was refused. */
  problem: unknown;
  password: string;
  onPassword: (password: string) => void;
  /** A code goes with it, which may be what was wrong. */
  withCode?: boolean;
}) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  const input = useRef<HTMLInputElement>(null);
  const [isAsked, setIsAsked] = useState(false);
  const refused = refusedOf(problem);
  const isWrong = refused === 'wrong_credentials' && !withCode;
  if (refused === 'password_needed' && !isAsked) setIsAsked(true);
  useEffect(() => {
    if (refused === 'password_needed' || isWrong) input.current?.focus();
  }, [problem, refused, isWrong]);

  return (
    <>
      <div role="alert">
        {refused === 'sign_in_needed' && (
          <Alert color="yellow" icon={<IconLock aria-hidden />} data-testid="proof-sign-in">
            <Text size="sm" mb="sm">
              {t('proof.sign_in')}
            </Text>
            <Button
              variant="default"
              loading={signOut.isPending}
              onClick={() => {
                signOut.mutate();
              }}
              data-testid="proof-sign-out"
            >
              {t('account.sign_out')}
            </Button>
          </Alert>
        )}
      </div>
      {isAsked && (
        <PasswordInput
          label={t('proof.password')}
          description={t('proof.why')}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('proof.show') }}
          value={password}
          onChange={(event) => {
            onPassword(event.currentTarget.value);
          }}
          error={isWrong && t('proof.wrong')}
          ref={input}
          data-testid="proof-password"
        />
      )}
    </>
  );
}

function refusedOf(problem: unknown): Refused | null {
  if (!(problem instanceof Problem)) return null;
  const { code } = problem;
  return code === 'password_needed' || code === 'sign_in_needed' || code === 'wrong_credentials'
    ? code
    : null;
}
