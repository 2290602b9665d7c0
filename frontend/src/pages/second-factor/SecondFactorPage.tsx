import { Alert } from '@mantine/core';
import { IconShieldLock } from '@tabler/icons-react';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useNavigate } from 'react-router';
import { secondFactorQuery } from '@/api/account';
import { sessionQuery, useUser } from '@/api/session';
import { accountPath } from '@/app/Guard';
import { Breadcrumbs } from '@/components/Breadcrumbs';
import { PageHead } from '@/components/PageHead';
import { PageSkeleton } from '@/components/PageSkeleton';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { Enrolment } from './Enrolment';
import { Kept } from './Kept';
import { Removal } from './Removal';
import classes from './SecondFactorPage.module.css';

/** Also where an administrator is led who needs one and has none: nothing else can be done before. */
export default function SecondFactorPage() {
  const { t } = useTranslation('second-factor');
  const navigate = useNavigate();
  const client = useQueryClient();
  const user = useUser();
  const { data, error, refetch } = useQuery(secondFactorQuery);
  const [codes, setCodes] = useState<readonly string[] | null>(null);
  const isDemanded = user?.must_enrol_second_factor === true;
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <PageSkeleton />;
  }
  return (
    <div className={classes.narrow}>
      {!isDemanded && <Breadcrumbs links={[{ to: accountPath, text: t('way') }]} />}
      <PageHead title={t('title')} text={t('text')} />
      {isDemanded && codes === null && (
        <Alert mb="md" color="yellow" icon={<IconShieldLock aria-hidden />}>
          {t('required')}
        </Alert>
      )}
      {codes !== null ? (
        <Panel title={t('codes.title')}>
          <Kept
            codes={codes}
            onDone={() => {
              void client.refetchQueries({ queryKey: sessionQuery.queryKey }).then(() => {
                void navigate(isDemanded ? '/' : accountPath, { replace: true });
              });
            }}
          />
        </Panel>
      ) : data.since === null ? (
        <Panel title={t('begin.title')}>
          <Enrolment onCodes={setCodes} />
        </Panel>
      ) : (
        <Panel title={t('on.title')}>
          <Removal factor={data} />
        </Panel>
      )}
    </div>
  );
}
