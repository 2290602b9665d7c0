import { Select, Stack, Switch } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSearchParams } from 'react-router';
import { groupsQuery, useUploadMembers } from '@/api/groups';
import { GroupChanges } from './GroupChanges';
import { ListPanel } from './ListPanel';
import { Outcome } from './Outcome';
import classes from './UploadPage.module.css';

/** Many members of groups that are made here; groups that are not there are made. */
export function MemberUpload() {
  const { t } = useTranslation('upload');
  const [params] = useSearchParams();
  const { data: groups = [] } = useQuery(groupsQuery);
  const [text, setText] = useState('');
  const [terms, setTerms] = useState({
    group: params.get('group'),
    flush: false,
    removeEmpty: false,
  });
  const upload = useUploadMembers();
  const { data: answer, error, isPending, reset } = upload;
  // what was told was about another list
  const change = (next: Partial<typeof terms>) => {
    setTerms({ ...terms, ...next });
    reset();
  };
  const send = (dryRun: boolean) => {
    upload.mutate({
      ...terms,
      text,
      group: terms.group === null ? null : Number(terms.group),
      dryRun,
    });
  };
  const changes =
    answer?.groups.filter(
      ({ is_made, is_removed, added, removed }) =>
        is_made || is_removed || added.length > 0 || removed.length > 0,
    ).length ?? 0;
  return (
    <Stack>
      <ListPanel
        text={text}
        rule={t('members.rule')}
        example={t('members.example')}
        busy={isPending}
        onText={(next) => {
          setText(next);
          reset();
        }}
        onCheck={() => {
          send(true);
        }}
      >
        <div className={classes.terms}>
          <Select
            label={t('members.group')}
            description={t('members.group_rule')}
            data={groups
              .filter(({ source }) => source === 'local')
              .map(({ id, name }) => ({ value: String(id), label: name }))}
            value={terms.group}
            onChange={(group) => {
              change({ group });
            }}
            searchable
            clearable
            data-testid="upload-group"
          />
          <Switch
            label={t('members.flush')}
            description={t('members.flush_rule')}
            checked={terms.flush}
            onChange={(event) => {
              change({ flush: event.currentTarget.checked });
            }}
            data-testid="upload-flush"
          />
          <Switch
            label={t('members.remove_empty')}
            description={t('members.remove_empty_rule')}
            checked={terms.removeEmpty}
            onChange={(event) => {
              change({ removeEmpty: event.currentTarget.checked });
            }}
            data-testid="upload-remove-empty"
          />
        </div>
      </ListPanel>
      <Outcome
        answer={answer}
        problem={error}
        busy={isPending}
        changes={changes}
        action={t('members.do', { count: changes })}
        onDo={() => {
          send(false);
        }}
      >
        {answer !== undefined && <GroupChanges groups={answer.groups} />}
      </Outcome>
    </Stack>
  );
}
