import { Anchor, Stack, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSetUserLimits, userLimitsQuery } from '@/api/limits';
import { useMay, useUser } from '@/api/session';
import type { User, UserDetails } from '@/api/types';
import { useChangeUser } from '@/api/users';
import { Facts } from '@/components/Facts';
import { Loaded } from '@/components/Loaded';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import { SaveButton } from '@/components/SaveButton';
import { useFormat } from '@/i18n/format';
import { LimitsForm } from '@/people/LimitsForm';
import classes from '@/people/columns.module.css';
import own from './UserPage.module.css';

/** What is known of somebody: his name, his groups, his machines and his limits. */
export function About({ details }: { details: UserDetails }) {
  const { t } = useTranslation(['user', 'people']);
  const may = useMay();
  const { user } = details;
  return (
    <div className={classes.columns}>
      <Panel title={t('about.title')}>
        <Stack gap="sm">
          {may('manage_users') && <DisplayName user={user} />}
          <Known user={user} />
        </Stack>
      </Panel>
      {may('manage_users') && (
        <Panel title={t('people:limits.title')}>
          <Limits user={user} mayChange={may('grant')} />
        </Panel>
      )}
      <Stack>
        <Panel title={t('groups.title')}>
          <Groups details={details} />
        </Panel>
        <Panel title={t('machines.title', { count: details.machines.length })}>
          <Machines details={details} />
        </Panel>
      </Stack>
    </div>
  );
}

function DisplayName({ user }: { user: User }) {
  const { t } = useTranslation(['user', 'people']);
  const { setDisplayName: save } = useChangeUser(user.id);
  const showProblem = useShowProblem();
  const form = useForm({ initialValues: { name: user.display_name } });
  return (
    <form
      onSubmit={form.onSubmit(({ name }) => {
        save.mutate(name.trim(), {
          onSuccess: () => {
            form.resetDirty();
          },
          onError: showProblem,
        });
      })}
    >
      <Stack gap="sm">
        <TextInput
          label={t('about.display_name')}
          data-testid="display-name"
          {...form.getInputProps('name')}
        />
        <SaveButton changed={form.isDirty()} busy={save.isPending} testId="display-name-save">
          {t('people:save')}
        </SaveButton>
      </Stack>
    </form>
  );
}

function Known({ user }: { user: User }) {
  const { t } = useTranslation(['user', 'people']);
  const format = useFormat();
  const { last_sign_in_at: seen, expires_at: until, facts_at: told } = user;
  return (
    <Facts
      facts={[
        [t('about.name'), user.name],
        [t('about.source'), t(`people:source_rule.${user.source}`)],
        [
          t('about.told'),
          user.source === 'local'
            ? null
            : told === null
              ? t('about.told_nothing')
              : format.dateTime(told),
        ],
        [t('about.created'), format.dateTime(user.created_at)],
        [t('about.seen'), seen == null ? t('about.never') : format.moment(seen)],
        [t('about.until'), until == null ? null : format.dateTime(until)],
      ]}
    />
  );
}

function Groups({ details: { groups } }: { details: UserDetails }) {
  const { t } = useTranslation('user');
  const may = useMay();
  const mayOpen = ['view_groups', 'manage_groups', 'grant'].some(may);
  if (groups.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('groups.none')}
      </Text>
    );
  }
  return (
    <ul className={own.list} data-testid="user-groups">
      {groups.map(({ id, name }) => (
        <li key={id}>
          {mayOpen ? (
            <Anchor component={Link} to={`/admin/groups/${id}`} size="sm">
              {name}
            </Anchor>
          ) : (
            name
          )}
        </li>
      ))}
    </ul>
  );
}

function Machines({ details: { machines } }: { details: UserDetails }) {
  const { t } = useTranslation('user');
  const isAdmin = useUser()?.is_admin === true;
  if (machines.length === 0) {
    return (
      <Text size="sm" c="dimmed">
        {t('machines.none')}
      </Text>
    );
  }
  return (
    <ul className={own.list} data-testid="user-machines">
      {machines.map(({ id, name }) => (
        <li key={id}>
          {isAdmin ? (
            <Anchor component={Link} to={`/machines/${id}`} size="sm">
              {name}
            </Anchor>
          ) : (
            name
          )}
        </li>
      ))}
    </ul>
  );
}

function Limits({ user, mayChange }: { user: User; mayChange: boolean }) {
  const limits = useQuery(userLimitsQuery(user.id));
  const { mutateAsync: save } = useSetUserLimits(user.id);
  return (
    <Loaded query={limits} height={240}>
      {(now) => <LimitsForm own={now.own} now={now} mayChange={mayChange} onSave={save} />}
    </Loaded>
  );
}
