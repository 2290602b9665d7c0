import { Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { userSources, type UserSource } from '@/api/types';
import { useUploadUsers } from '@/api/users';
import '@/people/area';
import { ListPanel } from './ListPanel';
import { Outcome } from './Outcome';
import { Passwords } from './Passwords';

/** Many accounts. */
export function UserUpload() {
  const { t } = useTranslation(['upload', 'people']);
  const [text, setText] = useState('');
  const [source, setSource] = useState<UserSource>('local');
  const upload = useUploadUsers();
  const { data: answer, error, isPending, reset } = upload;
  const made = answer?.lines.filter(({ outcome }) => outcome === 'made').length ?? 0;
  const hasPasswords = answer?.lines.some(({ password }) => password != null) === true;
  return (
    <Stack>
      <ListPanel
        text={text}
        rule={t('list.rule')}
        example={t('list.example')}
        busy={isPending}
        onText={(next) => {
          setText(next);
          // what was told was about another list
          reset();
        }}
        onCheck={() => {
          upload.mutate({ text, source, dryRun: true });
        }}
      >
        <Select
          label={t('list.source')}
          data={userSources.map((one) => ({ value: one, label: t(`people:source.${one}`) }))}
          value={source}
          onChange={(one) => {
            if (one === null) return;
            setSource(one);
            reset();
          }}
          allowDeselect={false}
        />
      </ListPanel>
      <Outcome
        answer={answer}
        problem={error}
        busy={isPending}
        changes={made}
        action={t('do', { count: made })}
        onDo={() => {
          upload.mutate({ text, source, dryRun: false });
        }}
      >
        {answer?.is_done === true &&
          (hasPasswords ? (
            <Passwords lines={answer.lines} />
          ) : (
            <Text size="sm">{t('done.text')}</Text>
          ))}
      </Outcome>
    </Stack>
  );
}
