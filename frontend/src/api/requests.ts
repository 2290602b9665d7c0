import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from './client';
import type { Request, RequestState } from './types';

export interface RequestFilter {
  /** One of these; any when it is empty. */
  state?: RequestState[];
  command?: string;
  /** Name of who asked. */
  user?: string;
  domain?: string;
  /** Part of the command's word, the machine's name, the name of who asked, or the error. */
  text?: string;
  /** The request on whose behalf they were asked for. */
  cause?: number;
}

/** What a command takes; the server checks it against the catalogue. */
export interface NewRequest {
  command: string;
  args: Record<string, unknown>;
  /** Without it a start ends no other desktops, but is refused and names them. */
  confirm?: boolean;
}

export const requestPageSize = 50;

export const requestsQuery = (filter: RequestFilter) =>
  infiniteQueryOptions({
    queryKey: ['requests', filter],
    queryFn: async ({ signal, pageParam }) => {
      const query = {
        ...filter,
        limit: requestPageSize,
        ...(pageParam === 0 ? {} : { before: pageParam }),
      };
      return (await call('get', '/api/requests', { query, signal })).requests;
    },
    initialPageParam: 0,
    getNextPageParam: (last: Request[]) =>
      last.length < requestPageSize ? undefined : last.at(-1)?.id,
    placeholderData: keepPreviousData,
  });

export const requestQuery = (id: number) =>
  queryOptions({
    queryKey: ['request', id],
    queryFn: ({ signal }) => call('get', '/api/requests/{id}', { path: { id }, signal }),
  });

export const commandsQuery = queryOptions({
  queryKey: ['commands'],
  queryFn: async ({ signal }) => (await call('get', '/api/commands', { signal })).commands,
  staleTime: Infinity,
});

export function useCommands() {
  return useQuery(commandsQuery);
}

/** Asks the back end for something. Resolves when the request is written, not when it is done. */
export function useAsk() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewRequest) => call('post', '/api/requests', { body }),
    onSuccess: () =>
      Promise.all(
        ['requests', 'domains', 'domain', 'desktops'].map((key) =>
          client.invalidateQueries({ queryKey: [key] }),
        ),
      ),
  });
}

export function useCancelRequest() {
  const changed = useRequestsChanged();
  return useMutation({
    mutationFn: (id: number) => call('delete', '/api/requests/{id}', { path: { id } }),
    onSettled: changed,
  });
}

/** The same again, asked for by whoever clicks. Resolves with the new request. */
export function useRetryRequest() {
  const changed = useRequestsChanged();
  return useMutation({
    mutationFn: (id: number) => call('post', '/api/requests/{id}/retry', { path: { id } }),
    onSettled: changed,
  });
}

function useRequestsChanged() {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['requests'] }),
      client.invalidateQueries({ queryKey: ['request'] }),
    ]);
  };
}
