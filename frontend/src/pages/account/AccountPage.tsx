import { useTranslation } from 'react-i18next';
import { useUser } from '@/api/session';
import { PageHead } from '@/components/PageHead';
import { Panel } from '@/components/Panel';
import classes from './AccountPage.module.css';
import { Factor } from './Factor';
import { Limits } from './Limits';
import { Sessions } from './Sessions';
import { Tokens } from './Tokens';
import { You } from './You';

/** What Broker knows of the reader, and what proves that it is him. */
export default function AccountPage() {
  const { t } = useTranslation('account');
  const user = useUser();
  return (
    <>
      <PageHead
        title={t('title')}
        text={user?.display_name === '' ? user.name : user?.display_name}
      />
      <div className={classes.columns} data-testid="account">
        <Panel title={t('you.title')}>
          <You />
        </Panel>
        <Panel title={t('limits.title')}>
          <Limits />
        </Panel>
        <Panel title={t('factor.title')}>
          <Factor />
        </Panel>
        <div className={classes.whole}>
          <Panel title={t('sessions.title')}>
            <Sessions />
          </Panel>
        </div>
        <div className={classes.whole}>
          <Panel title={t('tokens.title')}>
            <Tokens />
          </Panel>
        </div>
      </div>
    </>
  );
}
