import { Button, Menu } from '@mantine/core';
import { IconChevronDown, IconKey, IconLogout, IconUserCircle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { useSignOut } from '@/api/session';
import type { SessionUser } from '@/api/types';
import { accountPath, passwordPath } from './Guard';
import classes from './AccountMenu.module.css';

export function AccountMenu({ user }: { user: SessionUser }) {
  const { t } = useTranslation();
  const signOut = useSignOut();
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <Button
          variant="subtle"
          color="gray"
          className={classes.button}
          aria-label={t('account.menu', { name: user.display_name || user.name })}
          data-testid="account-menu"
          rightSection={<IconChevronDown size={14} aria-hidden />}
        >
          <IconUserCircle size={20} aria-hidden />
          <span className={classes.name}>{user.display_name || user.name}</span>
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{t('account.signed_in_as', { name: user.name })}</Menu.Label>
        <Menu.Item
          component={Link}
          to={accountPath}
          leftSection={<IconUserCircle size={16} aria-hidden />}
          data-testid="my-account"
        >
          {t('account.page')}
        </Menu.Item>
        <Menu.Item
          component={Link}
          to={passwordPath}
          leftSection={<IconKey size={16} aria-hidden />}
        >
          {t('account.change_password')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconLogout size={16} aria-hidden />}
          onClick={() => {
            signOut.mutate();
          }}
          data-testid="sign-out"
        >
          {t('account.sign_out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
