import { ActionIcon, Autocomplete, Button, Select, Text, Tooltip } from '@mantine/core';
import { IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useShare, useUnshare } from '@/api/domains';
import { useUser } from '@/api/session';
import type { Domain } from '@/api/types';
import { usersQuery } from '@/api/users';
import { useConfirm } from '@/components/Confirm';
import { useShowProblem } from '@/components/problemText';
import { nameOf } from '@/domains/sentence';
import { useAskOf } from './ask';
import classes from './People.module.css';

/** Whom its owner lets use it. */
export function Shares({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const share = useShare();
  const unshare = useUnshare();
  const showProblem = useShowProblem();
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm">
        {t('shares.rule')}
      </Text>
      <ul className={classes.people} data-testid="shares">
        {domain.shared_with.map(({ id, name }) => (
          <li key={id}>
            {name}
            <Tooltip label={t('shares.end')}>
              <ActionIcon
                variant="subtle"
                color="gray"
                aria-label={t('shares.end_named', { name })}
                onClick={() => {
                  unshare.mutate({ id: domain.id, name }, { onError: showProblem });
                }}
                data-testid="unshare"
              >
                <IconX size={16} aria-hidden />
              </ActionIcon>
            </Tooltip>
          </li>
        ))}
      </ul>
      <Person
        label={t('shares.name')}
        submit={t('shares.submit')}
        busy={share.isPending}
        testId="share"
        onSubmit={(name) =>
          share.mutateAsync({ id: domain.id, name }).then(
            () => true,
            (problem: unknown) => {
              showProblem(problem);
              return false;
            },
          )
        }
      />
    </>
  );
}

/** Whose it is; only administrators give machines to others. */
export function Owner({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machine');
  const { data: users } = useQuery(usersQuery);
  const ask = useAskOf(domain);
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  const [owner, setOwner] = useState<string | null>(null);
  const others = (users ?? []).filter(({ id }) => id !== domain.owner.id);
  const give = async () => {
    const name = others.find(({ id }) => String(id) === owner)?.name ?? '';
    const yes = await confirm({
      title: t('owner.confirm.title', { machine: nameOf(domain), name }),
      text: t('owner.confirm.text', { owner: domain.owner.name }),
      yes: t('owner.submit'),
    });
    if (!yes) return;
    await ask('change_owner', { owner: Number(owner) }).catch(showProblem);
    setOwner(null);
  };
  return (
    <>
      <Text size="sm" mb="sm">
        {t('owner.is', { name: domain.owner.name })}
      </Text>
      <div className={classes.person}>
        <Select
          className={classes.name}
          label={t('owner.name')}
          data={others.map(({ id, name }) => ({ value: String(id), label: name }))}
          value={owner}
          onChange={setOwner}
          searchable
          limit={8}
          data-testid="give-name"
        />
        <Button
          variant="light"
          disabled={owner === null}
          onClick={() => void give()}
          data-testid="give-submit"
        >
          {t('owner.submit')}
        </Button>
      </div>
    </>
  );
}

/** A field for somebody's sign-in name; who may see the accounts chooses from them. */
function Person({
  label,
  submit,
  busy,
  testId,
  onSubmit,
}: {
  label: string;
  submit: string;
  busy: boolean;
  testId: string;
  /** Resolves with whether it was done: then the field is empty again. */
  onSubmit: (name: string) => Promise<boolean>;
}) {
  const isAdmin = useUser()?.is_admin === true;
  const { data: users } = useQuery({ ...usersQuery, enabled: isAdmin });
  const [name, setName] = useState('');
  return (
    <form
      className={classes.person}
      onSubmit={(event) => {
        event.preventDefault();
        void onSubmit(name.trim()).then((done) => {
          if (done) setName('');
        });
      }}
    >
      <Autocomplete
        className={classes.name}
        label={label}
        data={(users ?? []).filter((user) => !user.is_disabled).map((user) => user.name)}
        limit={8}
        value={name}
        onChange={setName}
        data-testid={`${testId}-name`}
      />
      <Button
        type="submit"
        variant="light"
        disabled={name.trim() === ''}
        loading={busy}
        data-testid={`${testId}-submit`}
      >
        {submit}
      </Button>
    </form>
  );
}
