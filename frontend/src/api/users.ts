import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from './client';
import { Problem } from './problem';
import type { NewUser, Reach, User, UserGrant, UserSource } from './types';

/** As many as one answer has. */
const mostAtOnce = 500;

/** The first of them, for choosing one where there are not many. */
export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) =>
    (await call('get', '/api/users', { query: { limit: mostAtOnce }, signal })).users,
});

const mostFound = 8;

/** Those whom a part of the name finds. */
export const userSearchQuery = (text: string) =>
  queryOptions({
    queryKey: [...usersQuery.queryKey, 'search', text],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/users', { query: { q: text, limit: mostFound }, signal })).users,
  });

/** The account of that sign-in name. */
export async function findUser(name: string): Promise<User> {
  const query = { q: name, limit: mostAtOnce };
  const { users } = await call('get', '/api/users', { query });
  const user = users.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (user === undefined) throw new Problem(404, 'unknown_user', '');
  return user;
}

export interface UserFilter {
  /** Part of a name. */
  q?: string;
  source?: UserSource;
  admin?: true;
  disabled?: true;
}

export const userPageSize = 50;

export const userPagesQuery = (filter: UserFilter) =>
  infiniteQueryOptions({
    queryKey: [...usersQuery.queryKey, 'pages', filter],
    queryFn: ({ signal, pageParam }) =>
      call('get', '/api/users', {
        query: { ...queryOf(filter), skip: pageParam, limit: userPageSize },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const read = pages.length * userPageSize;
      return read < total ? read : undefined;
    },
    placeholderData: keepPreviousData,
  });

function queryOf({ admin, disabled, ...filter }: UserFilter) {
  return { ...filter, ...(admin && { admin }), ...(disabled && { disabled }) };
}

export const userQuery = (id: number) =>
  queryOptions({
    queryKey: ['user', id],
    queryFn: ({ signal }) => call('get', '/api/users/{id}', { path: { id }, signal }),
  });

export const userGrantsQuery = (id: number) =>
  queryOptions({
    queryKey: [...userQuery(id).queryKey, 'grants'],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/users/{id}/grants', { path: { id }, signal })).grants,
  });

export function useSetGrant(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ grant, reach }: { grant: UserGrant['grant']; reach: Reach | null }) => {
      const path = { id, grant };
      const answer =
        reach === null
          ? await call('delete', '/api/users/{id}/grants/{grant}', { path })
          : await call('put', '/api/users/{id}/grants/{grant}', { path, body: { reach } });
      return answer.grants;
    },
    onSuccess: (grants) => {
      client.setQueryData(userGrantsQuery(id).queryKey, grants);
    },
  });
}

export function useMakeUser() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewUser) => call('post', '/api/users', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: usersQuery.queryKey }),
  });
}

/** Makes many accounts, all or none; or only tells what would become of each line. */
export function useUploadUsers() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ text, source, dryRun }: { text: string; source: UserSource; dryRun: boolean }) =>
      call('post', '/api/users/upload', { query: { source, dry_run: dryRun }, body: text }),
    onSuccess: ({ is_done }) =>
      is_done ? client.invalidateQueries({ queryKey: usersQuery.queryKey }) : undefined,
  });
}

/** What is changed of an account, each by a route of its own. */
export function useChangeUser(id: number) {
  const changed = useUserChanged(id);
  const path = { id };
  return {
    setAdmin: useMutation({
      mutationFn: (is_admin: boolean) =>
        call('put', '/api/users/{id}/admin', { path, body: { is_admin } }),
      onSuccess: changed,
    }),
    setDisabled: useMutation({
      mutationFn: (is_disabled: boolean) =>
        call('put', '/api/users/{id}/disabled', { path, body: { is_disabled } }),
      onSuccess: changed,
    }),
    setDisplayName: useMutation({
      mutationFn: (display_name: string) =>
        call('put', '/api/users/{id}/display-name', { path, body: { display_name } }),
      onSuccess: changed,
    }),
    setPassword: useMutation({
      mutationFn: (body: { password: string; must_change_password: boolean }) =>
        call('put', '/api/users/{id}/password', { path, body }),
      onSuccess: changed,
    }),
    setExpiry: useMutation({
      mutationFn: (expires_at: string | null) =>
        call('put', '/api/users/{id}/expiry', { path, body: { expires_at } }),
      onSuccess: changed,
    }),
    unlock: useMutation({
      mutationFn: () => call('post', '/api/users/{id}/unlock', { path }),
      onSuccess: changed,
    }),
  };
}

/** How somebody signs in, and where he is signed in. */
export const userSignInQuery = (id: number) =>
  queryOptions({
    queryKey: [...userQuery(id).queryKey, 'sign-in'],
    queryFn: ({ signal }) => call('get', '/api/users/{id}/sign-in', { path: { id }, signal }),
  });

/** Ends what lets somebody in. */
export function useEndSignIns(id: number) {
  const changed = useUserChanged(id);
  return {
    endSession: useMutation({
      mutationFn: (session: string) =>
        call('delete', '/api/users/{id}/sessions/{session}', { path: { id, session } }),
      onSuccess: changed,
    }),
    endSessions: useMutation({
      mutationFn: () => call('delete', '/api/users/{id}/sessions', { path: { id } }),
      onSuccess: changed,
    }),
    removeToken: useMutation({
      mutationFn: (token: number) =>
        call('delete', '/api/users/{id}/tokens/{token}', { path: { id, token } }),
      onSuccess: changed,
    }),
    removeSecondFactor: useMutation({
      mutationFn: () => call('delete', '/api/users/{id}/second-factor', { path: { id } }),
      onSuccess: changed,
    }),
  };
}

function useUserChanged(id: number) {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: userQuery(id).queryKey }),
      client.invalidateQueries({ queryKey: usersQuery.queryKey }),
    ]);
  };
}
