import { ActionIcon, Anchor, Button, Drawer, Group, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconBellOff, IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { messagesQuery, useMarkRead } from '@/api/messages';
import { usePages } from '@/api/pages';
import type { Message } from '@/api/types';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { StateView } from '@/components/StateView';
import { useFormat } from '@/i18n/format';
import classes from './MessagesDrawer.module.css';
import { useMessageWords } from './words';

/** What became of what one asked for, newest first. */
export default function MessagesDrawer({
  opened,
  onClose,
}: {
  opened: boolean;
  onClose: () => void;
}) {
  const { t } = useTranslation(['messages', 'common']);
  return (
    <Drawer
      opened={opened}
      onClose={onClose}
      returnFocus={false}
      position="right"
      size="sm"
      title={t('title')}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      <MessageList onLeave={onClose} />
    </Drawer>
  );
}

function MessageList({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation(['messages', 'common']);
  const query = usePages(messagesQuery);
  const { mutate: markRead } = useMarkRead();
  const onError = useShowProblem();

  if (query.data === undefined) {
    return query.error === null ? (
      <Skeleton height={240} radius="md" role="status" aria-label={t('common:loading')} />
    ) : (
      <ProblemState problem={query.error} onRetry={() => void query.refetch()} />
    );
  }
  const messages = query.data.pages.flatMap((page) => page.messages);
  if (messages.length === 0) {
    return <StateView icon={IconBellOff} title={t('empty.title')} text={t('empty.text')} />;
  }
  return (
    <>
      <Group justify="flex-end" mb="xs">
        <Button
          size="compact-sm"
          variant="subtle"
          disabled={query.data.pages[0]?.unread === 0}
          onClick={() => {
            markRead('all', { onError });
          }}
          data-testid="messages-read-all"
        >
          {t('read_all')}
        </Button>
      </Group>
      <ul className={classes.list}>
        {messages.map((message) => (
          <MessageEntry
            key={message.id}
            message={message}
            onRead={() => {
              markRead(message.id, { onError });
            }}
            onLeave={onLeave}
          />
        ))}
      </ul>
      {query.hasNextPage && (
        <Group justify="center" mt="md">
          <Button
            variant="default"
            size="sm"
            loading={query.isFetchingNextPage}
            onClick={query.older}
          >
            {t('older')}
          </Button>
        </Group>
      )}
    </>
  );
}

function MessageEntry({
  message,
  onRead,
  onLeave,
}: {
  message: Message;
  onRead: () => void;
  onLeave: () => void;
}) {
  const { t } = useTranslation('messages');
  const format = useFormat();
  const { title, text } = useMessageWords()(message);
  const isUnread = message.read_at === null;
  const leave = () => {
    if (isUnread) onRead();
    onLeave();
  };

  return (
    <li
      className={classes.message}
      data-unread={isUnread}
      data-state={message.state}
      data-testid="message"
    >
      <div>
        <p className={classes.subject}>
          {isUnread && <span className="visually-hidden">{t('unread')} </span>}
          {title}
        </p>
        {text !== '' && <Text size="sm">{text}</Text>}
        <p className={classes.foot}>
          <time dateTime={message.at}>{format.moment(message.at)}</time>
          {message.domain_id != null && message.command !== 'remove_domain' && (
            <Anchor
              component={Link}
              to={`/desktops/${message.domain_id}/view`}
              size="xs"
              onClick={leave}
            >
              {t('to_desktop')}
            </Anchor>
          )}
          {message.request_id !== null && (
            <Anchor
              component={Link}
              to={`/requests/${message.request_id}`}
              size="xs"
              onClick={leave}
            >
              {t('to_request')}
            </Anchor>
          )}
        </p>
      </div>
      {isUnread && (
        <Tooltip label={t('read')}>
          <ActionIcon
            variant="subtle"
            color="gray"
            aria-label={t('read_named', { subject: title })}
            onClick={onRead}
            data-testid="message-read"
          >
            <IconCheck size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </li>
  );
}
