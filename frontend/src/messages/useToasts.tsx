import { notifications, notificationsStore } from '@mantine/notifications';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useEffect, useRef } from 'react';
import { messagesQuery, useMarkRead } from '@/api/messages';
import type { Message } from '@/api/types';
import { isWatched, toastOf } from './watched';
import { useMessageWords, type MessageWords } from './words';

const colours: Partial<Record<NonNullable<Message['state']>, string>> = {
  done: 'green',
  failed: 'red',
};

/** Shows each new message for a moment, a failure and what Broker does by itself until it is closed; what was seen on the page counts as read. */
export function useToasts(): void {
  const { data } = useInfiniteQuery(messagesQuery);
  const { mutate: markRead } = useMarkRead();
  const wordsOf = useMessageWords();
  const newest = data?.pages[0]?.messages;
  const seen = useRef<number | null>(null);

  useEffect(() => {
    if (newest === undefined) return;
    const last = seen.current;
    seen.current = Math.max(last ?? 0, ...newest.map(({ id }) => id));
    // those that were there before the page was opened wait in the list
    if (last === null) return;
    for (const message of newest.filter(({ id }) => id > last).reverse()) {
      if (!isWatched(message)) show(message, wordsOf(message));
      else if (message.read_at === null) markRead(message.id);
    }
  }, [newest, markRead, wordsOf]);
}

function show({ id, kind, request_id, state }: Message, { title, text }: MessageWords): void {
  const isOwn = kind === 'request_ended';
  const toast = {
    id: request_id === null ? `message-${id}` : toastOf(request_id),
    role: 'status',
    color: isOwn ? (state === null ? undefined : colours[state]) : 'yellow',
    title,
    message: text,
    autoClose: state === 'failed' || !isOwn ? false : undefined,
    'data-testid': 'message-toast',
  } as const;
  const { notifications: shown, queue } = notificationsStore.getState();
  if ([...shown, ...queue].some(({ id }) => id === toast.id)) notifications.update(toast);
  else notifications.show(toast);
}
