import { Button, Menu } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import {
  IconBan,
  IconCalendarOff,
  IconChevronDown,
  IconKey,
  IconLockOpen,
  IconShieldOff,
  IconShieldPlus,
  IconTrash,
  IconUserCheck,
  type TablerIcon,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useUser } from '@/api/session';
import type { UserDetails } from '@/api/types';
import { useChangeUser } from '@/api/users';
import { useConfirm } from '@/components/Confirm';
import { useShowProblem } from '@/components/problemText';
import { ExpiryDialog } from './ExpiryDialog';
import { PasswordDialog } from './PasswordDialog';
import { RemoveDialog } from './RemoveDialog';

type Deed =
  'disable' | 'enable' | 'make_admin' | 'end_admin' | 'unlock' | 'password' | 'expiry' | 'remove';

const icons: Record<Deed, TablerIcon> = {
  disable: IconBan,
  enable: IconUserCheck,
  make_admin: IconShieldPlus,
  end_admin: IconShieldOff,
  unlock: IconLockOpen,
  password: IconKey,
  expiry: IconCalendarOff,
  remove: IconTrash,
};

/** What can be done to an account. */
export function UserMenu({ details }: { details: UserDetails }) {
  const { t } = useTranslation('user');
  const { user } = details;
  const me = useUser();
  const { setAdmin, setDisabled, unlock } = useChangeUser(user.id);
  const confirm = useConfirm();
  const showProblem = useShowProblem();
  const [dialog, setDialog] = useState<'password' | 'expiry' | 'remove' | null>(null);
  const close = () => {
    setDialog(null);
  };
  const name = user.display_name || user.name;
  const isMe = me?.id === user.id;

  const offered: Deed[] = [
    ...(user.source === 'local' ? (['password'] as const) : []),
    // an administrator's does not end by itself
    ...(user.is_admin ? [] : (['expiry'] as const)),
    ...(user.is_locked ? (['unlock'] as const) : []),
    ...(me?.is_admin === true && !isMe
      ? [user.is_admin ? ('end_admin' as const) : ('make_admin' as const)]
      : []),
    // nobody locks himself out
    ...(isMe ? [] : [user.is_disabled ? ('enable' as const) : ('disable' as const)]),
    ...(isMe ? [] : (['remove'] as const)),
  ];

  const act = async (deed: Deed) => {
    if (deed === 'password' || deed === 'expiry' || deed === 'remove') {
      setDialog(deed);
      return;
    }
    if (deed === 'disable' || deed === 'make_admin' || deed === 'end_admin') {
      const yes = await confirm({
        title: t(`confirm.${deed}.title`, { name }),
        text: t(`confirm.${deed}.text`),
        yes: t(`deed.${deed}`),
        danger: deed === 'disable',
      });
      if (!yes) return;
    }
    try {
      if (deed === 'unlock') await unlock.mutateAsync();
      else if (deed === 'disable' || deed === 'enable')
        await setDisabled.mutateAsync(deed === 'disable');
      else await setAdmin.mutateAsync(deed === 'make_admin');
      notifications.show({ message: t(`done.${deed}`, { name }) });
    } catch (problem) {
      showProblem(problem);
    }
  };

  if (offered.length === 0) return null;
  return (
    <>
      <Menu position="bottom-end" width={260}>
        <Menu.Target>
          <Button
            variant="default"
            rightSection={<IconChevronDown size={14} aria-hidden />}
            data-testid="user-menu"
          >
            {t('deeds')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {offered.map((deed) => {
            const Icon = icons[deed];
            return (
              <Menu.Item
                key={deed}
                leftSection={<Icon size={16} aria-hidden />}
                onClick={() => void act(deed)}
                data-testid={`user-${deed}`}
              >
                {t(`deed.${deed}`)}
              </Menu.Item>
            );
          })}
        </Menu.Dropdown>
      </Menu>
      <PasswordDialog user={user} opened={dialog === 'password'} onClose={close} />
      <ExpiryDialog user={user} opened={dialog === 'expiry'} onClose={close} />
      <RemoveDialog details={details} opened={dialog === 'remove'} onClose={close} />
    </>
  );
}
