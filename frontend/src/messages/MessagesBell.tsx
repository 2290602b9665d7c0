import { ActionIcon } from '@mantine/core';
import { IconBell } from '@tabler/icons-react';
import { useInfiniteQuery } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { messagesQuery } from '@/api/messages';
import { useFormat } from '@/i18n/format';
import classes from './MessagesBell.module.css';

const MessagesDrawer = lazy(() => import('./MessagesDrawer'));

/** How many messages weren't read yet; a click lists them. */
export function MessagesBell() {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { data } = useInfiniteQuery(messagesQuery);
  const bell = useRef<HTMLButtonElement>(null);
  const [opened, setOpened] = useState(false);
  const [wasOpened, setWasOpened] = useState(false);
  const unread = data?.pages[0]?.unread ?? 0;

  return (
    <>
      <ActionIcon
        ref={bell}
        className={classes.bell}
        variant="subtle"
        color="gray"
        size="lg"
        aria-label={unread === 0 ? t('open') : t('open_unread', { count: unread })}
        aria-haspopup="dialog"
        onClick={() => {
          setOpened(true);
          setWasOpened(true);
        }}
        data-testid="messages-bell"
        data-unread={unread}
      >
        <IconBell size={20} aria-hidden />
        {unread > 0 && (
          <span className={classes.count} aria-hidden>
            {unread > 99 ? t('many') : format.number(unread)}
          </span>
        )}
      </ActionIcon>
      {wasOpened && (
        <Suspense>
          <MessagesDrawer
            opened={opened}
            onClose={() => {
              setOpened(false);
              // it can't return the focus itself: when it is first loaded it is open already
              bell.current?.focus();
            }}
          />
        </Suspense>
      )}
    </>
  );
}
