import { Alert, Button, Group, Select, Stack, Text, Textarea } from '@mantine/core';
import { IconAlertTriangle, IconFileUpload, IconUserPlus } from '@tabler/icons-react';
import { useRef, useState, type ChangeEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { userSources, type UserSource } from '@/api/types';
import { useUploadUsers } from '@/api/users';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { Panel } from '@/components/Panel';
import { useProblemText } from '@/components/problemText';
import '@/people/area';
import { Lines } from './Lines';
import { Passwords } from './Passwords';
import classes from './UploadPage.module.css';

/** Many accounts at once: the list, what would become of each line, then the deed. */
export default function UploadPage() {
  const { t } = useTranslation(['upload', 'users', 'people']);
  const [text, setText] = useState('');
  const [source, setSource] = useState<UserSource>('local');
  const upload = useUploadUsers();
  const problemText = useProblemText();
  const file = useRef<HTMLInputElement>(null);
  const { data: answer, error } = upload;
  const refused = answer?.lines.filter(({ outcome }) => outcome === 'refused').length ?? 0;
  const made = answer?.lines.filter(({ outcome }) => outcome === 'made').length ?? 0;

  /** What was told was about another list. */
  const change = (next: string) => {
    setText(next);
    upload.reset();
  };
  const read = async (event: ChangeEvent<HTMLInputElement>) => {
    const [chosen] = event.currentTarget.files ?? [];
    event.currentTarget.value = '';
    if (chosen !== undefined) change(await chosen.text());
  };

  return (
    <>
      <Breadcrumbs links={[{ to: '/admin/users', text: t('users:title') }]} />
      <PageHead title={t('title')} text={t('text')} />
      <Stack>
        <Panel title={t('list.title')}>
          <Stack gap="sm">
            <Textarea
              label={t('list.label')}
              description={t('list.rule')}
              placeholder={t('list.example')}
              classNames={{ input: classes.text ?? '' }}
              autosize
              minRows={6}
              maxRows={16}
              value={text}
              onChange={(event) => {
                change(event.currentTarget.value);
              }}
              spellCheck={false}
              data-testid="upload-text"
            />
            <div className={classes.choices}>
              <Select
                label={t('list.source')}
                data={userSources.map((one) => ({ value: one, label: t(`people:source.${one}`) }))}
                value={source}
                onChange={(one) => {
                  if (one === null) return;
                  setSource(one);
                  upload.reset();
                }}
                allowDeselect={false}
              />
              <input
                ref={file}
                className={classes.file}
                type="file"
                accept=".csv,.json,.txt,text/csv,text/plain,application/json"
                aria-label={t('list.file')}
                tabIndex={-1}
                onChange={(event) => void read(event)}
                data-testid="upload-file"
              />
              <Group gap="sm">
                <Button
                  variant="default"
                  leftSection={<IconFileUpload size={18} aria-hidden />}
                  onClick={() => file.current?.click()}
                >
                  {t('list.file')}
                </Button>
                <Button
                  variant="light"
                  disabled={text.trim() === ''}
                  loading={upload.isPending}
                  onClick={() => {
                    upload.mutate({ text, source, dryRun: true });
                  }}
                  data-testid="upload-check"
                >
                  {t('check')}
                </Button>
              </Group>
            </div>
          </Stack>
        </Panel>
        <div aria-live="polite">
          {error !== null && (
            <Alert color="red" icon={<IconAlertTriangle aria-hidden />}>
              {problemText(error)}
            </Alert>
          )}
          {answer !== undefined && (
            <Panel title={t(answer.is_done ? 'done.title' : 'dry.title')}>
              <Stack gap="sm">
                {answer.is_done ? (
                  <Passwords lines={answer.lines} />
                ) : (
                  <Group justify="space-between">
                    <Text size="sm">{t(refused > 0 ? 'dry.refused' : 'dry.fine')}</Text>
                    <Button
                      leftSection={<IconUserPlus size={18} aria-hidden />}
                      disabled={refused > 0 || made === 0}
                      loading={upload.isPending}
                      onClick={() => {
                        upload.mutate({ text, source, dryRun: false });
                      }}
                      data-testid="upload-do"
                    >
                      {t('do', { count: made })}
                    </Button>
                  </Group>
                )}
                <Lines lines={answer.lines} isDone={answer.is_done} />
              </Stack>
            </Panel>
          )}
        </div>
      </Stack>
    </>
  );
}
