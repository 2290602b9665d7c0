import { Button, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { secondFactorQuery } from '@/api/account';
import { secondFactorPath } from '@/app/Guard';
import { Loaded } from '@/components/Loaded';
import { useFormat } from '@/i18n/format';

/** Whether the password alone opens the account, and the way to change that. */
export function Factor() {
  const { t } = useTranslation('account');
  const format = useFormat();
  const factor = useQuery(secondFactorQuery);
  return (
    <Loaded query={factor} height={60}>
      {({ since }) => (
        <div data-testid="factor" data-on={since !== null}>
          <Text size="sm" mb="sm">
            {since === null ? t('factor.off') : t('factor.on', { when: format.dateTime(since) })}
          </Text>
          <Button
            component={Link}
            to={secondFactorPath}
            variant="light"
            data-testid="factor-manage"
          >
            {since === null ? t('factor.set_up') : t('factor.manage')}
          </Button>
        </div>
      )}
    </Loaded>
  );
}
