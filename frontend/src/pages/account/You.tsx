import { Anchor, Badge } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { ownAccountQuery } from '@/api/account';
import { passwordPath } from '@/app/Guard';
import { Facts } from '@/components/Facts';
import { Loaded } from '@/components/Loaded';
import { useFormat } from '@/i18n/format';
import classes from './AccountPage.module.css';

/** Who keeps the account, until when it counts, and which groups it is in. */
export function You() {
  const { t } = useTranslation('account');
  const format = useFormat();
  const account = useQuery(ownAccountQuery);
  return (
    <Loaded query={account} height={200}>
      {({ name, is_admin, source, expires_at, password_expires_at, last_sign_in_at, groups }) => (
        <Facts
          facts={[
            [t('you.name'), name],
            [t('you.kind'), t(`you.${source}`)],
            [t('you.until'), expires_at && format.dateTime(expires_at)],
            [t('you.role'), is_admin ? t('you.admin') : null],
            [t('you.last'), last_sign_in_at && format.moment(last_sign_in_at)],
            [
              t('you.password'),
              source === 'local' ? (
                <>
                  {password_expires_at != null &&
                    t('you.expires', { when: format.dateTime(password_expires_at) })}{' '}
                  <Anchor component={Link} to={passwordPath} size="sm" underline="always">
                    {t('you.change_password')}
                  </Anchor>
                </>
              ) : (
                t('you.elsewhere')
              ),
            ],
            [
              t('you.groups'),
              groups.length === 0 ? (
                t('you.no_groups')
              ) : (
                <ul className={classes.groups} data-testid="own-groups">
                  {groups.map((group) => (
                    <Badge key={group} component="li" variant="light" tt="none">
                      {group}
                    </Badge>
                  ))}
                </ul>
              ),
            ],
          ]}
        />
      )}
    </Loaded>
  );
}
