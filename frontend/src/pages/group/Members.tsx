import { Alert, Anchor, Button, Skeleton, Text } from '@mantine/core';
import { IconUserMinus, IconUserPlus } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { membersQuery, useSetMember } from '@/api/groups';
import { usePages } from '@/api/pages';
import { useMay } from '@/api/session';
import type { UserGroup } from '@/api/types';
import { findUser } from '@/api/users';
import { SearchInput } from '@/components/Filters';
import { Panel } from '@/components/Panel';
import { useShowProblem } from '@/components/problemText';
import { ProblemState } from '@/components/ProblemState';
import { RowAction } from '@/components/RowAction';
import { PersonInput } from '@/people/PersonInput';
import classes from './Members.module.css';

/** Who is in it. Of a group of a directory only that says so. */
export function Members({ group }: { group: UserGroup }) {
  const { t } = useTranslation('group');
  const may = useMay();
  const mayChange = group.source === 'local' && may('manage_groups');
  const [text, setText] = useState('');
  const [said, setSaid] = useState('');
  const query = usePages(membersQuery(group.id, text.trim()));
  const people = query.data?.pages.flatMap((page) => page.users);
  const remove = useSetMember(group.id);
  const showProblem = useShowProblem();
  const list = useRef<HTMLDivElement>(null);
  return (
    <Panel title={t('members.title', { count: group.members })}>
      {group.source !== 'local' && (
        <Alert color="blue" mb="sm" data-testid="members-told">
          {t(`members.told.${group.source}`)}
        </Alert>
      )}
      {mayChange && <Add group={group} onAdded={setSaid} />}
      {mayChange && (
        <Anchor
          component={Link}
          to={`/admin/upload/members?group=${group.id}`}
          size="sm"
          data-testid="members-upload"
        >
          {t('members.upload')}
        </Anchor>
      )}
      <p className="visually-hidden" role="status">
        {said}
      </p>
      {/* where the focus goes when the button that had it goes with its row */}
      <div ref={list} tabIndex={-1} className={classes.found}>
        {group.members > 0 && (
          <SearchInput
            label={t('members.search')}
            value={text}
            onSearch={setText}
            data-testid="members-text"
          />
        )}
        {people === undefined ? (
          query.error === null ? (
            <Skeleton height={160} mt="sm" />
          ) : (
            <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
          )
        ) : people.length === 0 ? (
          <Text size="sm" c="dimmed" mt="sm">
            {t(text.trim() === '' ? 'members.nobody' : 'members.none')}
          </Text>
        ) : (
          <ul className={classes.members} data-testid="members">
            {people.map(({ id, name, display_name }) => (
              <li key={id} data-testid="member" data-name={name}>
                <div>
                  <PersonName id={id} text={display_name || name} isLink={may('manage_users')} />
                  {display_name !== name && (
                    <Text size="xs" c="dimmed">
                      {name}
                    </Text>
                  )}
                </div>
                {mayChange && (
                  <RowAction
                    label={t('members.remove')}
                    name={t('members.remove_named', { name })}
                    icon={IconUserMinus}
                    onClick={() => {
                      remove.mutate(
                        { user: id, isIn: false },
                        {
                          onSuccess: () => {
                            setSaid(t('members.removed', { name }));
                            list.current?.focus();
                          },
                          onError: showProblem,
                        },
                      );
                    }}
                    testId="member-remove"
                  />
                )}
              </li>
            ))}
          </ul>
        )}
        {query.hasNextPage && (
          <Button
            variant="default"
            size="compact-sm"
            mt="sm"
            loading={query.isFetchingNextPage}
            onClick={query.older}
          >
            {t('members.more')}
          </Button>
        )}
      </div>
    </Panel>
  );
}

function PersonName({ id, text, isLink }: { id: number; text: string; isLink: boolean }) {
  if (!isLink) return <span>{text}</span>;
  return (
    <Link className={classes.name} to={`/admin/users/${id}`}>
      {text}
    </Link>
  );
}

function Add({ group, onAdded }: { group: UserGroup; onAdded: (text: string) => void }) {
  const { t } = useTranslation('group');
  const { mutateAsync: set } = useSetMember(group.id);
  const showProblem = useShowProblem();
  const [name, setName] = useState('');
  const add = useMutation({
    mutationFn: async () => {
      await set({ user: (await findUser(name)).id, isIn: true });
    },
  });
  return (
    <form
      className={classes.add}
      onSubmit={(event) => {
        event.preventDefault();
        if (name === '') return;
        add.mutate(undefined, {
          onSuccess: () => {
            onAdded(t('members.added', { name }));
            setName('');
          },
          onError: showProblem,
        });
      }}
    >
      <PersonInput
        className={classes.field}
        label={t('members.person')}
        value={name}
        onChoose={setName}
        testId="member-name"
      />
      <Button
        type="submit"
        variant="light"
        leftSection={<IconUserPlus size={18} aria-hidden />}
        disabled={name === ''}
        loading={add.isPending}
        data-testid="member-add"
      >
        {t('members.add')}
      </Button>
    </form>
  );
}
