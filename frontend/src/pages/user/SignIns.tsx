import { Button, Group, Stack, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconLogout, IconTrash } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { UserDetails, UserSignIn } from '@/api/types';
import { useEndSignIns, userSignInQuery } from '@/api/users';
import { useConfirm, type Question } from '@/components/Confirm';
import { Facts } from '@/components/Facts';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';
import { useFormat } from '@/i18n/format';
import classes from '@/people/columns.module.css';
import own from './UserPage.module.css';

/** How somebody signs in, where he is signed in, and which programs act for him. */
export function SignIns({ details: { user } }: { details: UserDetails }) {
  const query = useQuery(userSignInQuery(user.id));
  return (
    <Loaded query={query} height={320}>
      {(signIn) => <Parts id={user.id} name={user.name} signIn={signIn} />}
    </Loaded>
  );
}

function Parts({ id, name, signIn }: { id: number; name: string; signIn: UserSignIn }) {
  const { t } = useTranslation('user');
  const format = useFormat();
  const { endSession, endSessions, removeToken, removeSecondFactor } = useEndSignIns(id);
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  const { sessions, tokens, second_factor_since: factor, password_set_at: set } = signIn;

  /** Does something, after a question if there is one, and says so. */
  const act = async (done: string, deed: () => Promise<unknown>, question?: Question) => {
    if (question !== undefined && !(await confirm(question))) return;
    await deed().then(() => notifications.show({ message: done }), showProblem);
  };

  return (
    <div className={classes.columns} data-testid="sign-ins">
      <Panel title={t('sign_in.title')}>
        <Stack gap="sm" align="flex-start">
          <Facts
            facts={[
              [t('sign_in.password'), set == null ? null : format.dateTime(set)],
              [t('sign_in.failed'), signIn.failed_sign_ins || null],
              [
                t('sign_in.factor'),
                factor == null
                  ? t('sign_in.factor_none')
                  : t('sign_in.factor_since', { when: format.dateTime(factor) }),
              ],
            ]}
          />
          {factor != null && (
            <Button
              variant="light"
              color="red"
              onClick={() =>
                void act(t('sign_in.reset_done'), () => removeSecondFactor.mutateAsync(), {
                  title: t('sign_in.reset_confirm.title', { name }),
                  text: t('sign_in.reset_confirm.text'),
                  yes: t('sign_in.reset'),
                  danger: true,
                })
              }
              data-testid="factor-remove"
            >
              {t('sign_in.reset')}
            </Button>
          )}
        </Stack>
      </Panel>
      <Panel title={t('sessions.title')}>
        {sessions.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('sessions.none')}
          </Text>
        ) : (
          <>
            <ul className={own.list}>
              {sessions.map((session) => {
                const where = session.address ?? '?';
                return (
                  <li key={session.id} data-testid="user-session">
                    <div>
                      <Text size="sm">{where}</Text>
                      <Text size="xs" c="dimmed">
                        {t('sessions.seen', { when: format.moment(session.seen_at) })}
                      </Text>
                      <Text size="xs" c="dimmed">
                        {session.user_agent}
                      </Text>
                    </div>
                    <RowAction
                      label={t('sessions.end')}
                      name={t('sessions.end_named', { where })}
                      icon={IconLogout}
                      onClick={() =>
                        void act(t('sessions.ended'), () => endSession.mutateAsync(session.id))
                      }
                      testId="session-end"
                    />
                  </li>
                );
              })}
            </ul>
            <Group justify="flex-end" mt="sm">
              <Button
                variant="light"
                onClick={() => void act(t('sessions.all_ended'), () => endSessions.mutateAsync())}
                data-testid="sessions-end"
              >
                {t('sessions.end_all')}
              </Button>
            </Group>
          </>
        )}
      </Panel>
      <Panel title={t('tokens.title')}>
        {tokens.length === 0 ? (
          <Text size="sm" c="dimmed">
            {t('tokens.none')}
          </Text>
        ) : (
          <ul className={own.list}>
            {tokens.map((token) => (
              <li key={token.id} data-testid="user-token">
                <div>
                  <Text size="sm">{`${token.name} · ${token.scopes.join(', ')}`}</Text>
                  <Text size="xs" c="dimmed">
                    {token.last_used_at == null
                      ? t('tokens.unused')
                      : t('tokens.used', {
                          when: format.moment(token.last_used_at),
                          from: token.last_used_from,
                        })}
                    {` · ${t('tokens.until', { when: format.dateTime(token.expires_at) })}`}
                  </Text>
                </div>
                <RowAction
                  label={t('tokens.remove')}
                  name={t('tokens.remove_named', { name: token.name })}
                  icon={IconTrash}
                  danger
                  onClick={() =>
                    void act(t('tokens.removed', { name: token.name }), () =>
                      removeToken.mutateAsync(token.id),
                    )
                  }
                  testId="token-remove"
                />
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </div>
  );
}
