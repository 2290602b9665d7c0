import { infiniteQueryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { Messages } from './types';

const pageSize = 30;

export const messagesQuery = infiniteQueryOptions({
  queryKey: ['messages'],
  queryFn: ({ signal, pageParam }) =>
    call('get', '/api/messages', {
      query: { limit: pageSize, ...(pageParam === 0 ? {} : { before: pageParam }) },
      signal,
    }),
  initialPageParam: 0,
  getNextPageParam: ({ messages }: Messages) =>
    messages.length < pageSize ? undefined : messages.at(-1)?.id,
});

export function useMarkRead() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number | 'all') =>
      id === 'all'
        ? call('post', '/api/messages/read', {})
        : call('post', '/api/messages/{id}/read', { path: { id } }),
    onSettled: () => client.invalidateQueries({ queryKey: messagesQuery.queryKey }),
  });
}
