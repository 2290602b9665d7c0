import { queryOptions, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { call, setCsrfToken } from './client';
import type { Session, SessionUser } from './types';

export const sessionQuery = queryOptions({
  queryKey: ['session'],
  queryFn: async ({ signal }): Promise<Session> => {
    const session = await call('get', '/api/session', { signal });
    setCsrfToken(session.csrf_token);
    return session;
  },
  staleTime: Infinity,
  gcTime: Infinity,
  // no event tells that a time of maintenance begins or is over
  refetchInterval: ({ state }) => (state.data?.maintenance == null ? false : 60_000),
});

export function useSession() {
  return useQuery(sessionQuery);
}

/** The signed-in person, null for nobody. */
export function useUser(): SessionUser | null {
  const { data } = useSession();
  return data?.signed_in === true ? (data.user ?? null) : null;
}

/** Whether somebody was granted something, however far; an administrator has everything. */
export function holds(user: SessionUser | null, grant: string): boolean {
  return user !== null && grant in user.grants;
}

/** What the signed-in person was granted. The server judges every call anyway. */
export function useMay(): (grant: string) => boolean {
  const user = useUser();
  return (grant) => holds(user, grant);
}

export function useSignIn() {
  const begin = useBeginSession();
  return useMutation({
    mutationFn: (body: { name: string; password: string }) =>
      call('post', '/api/session', { body }),
    onSuccess: begin,
  });
}

/** Goes on where the password alone was not enough. */
export function useSignInWithCode() {
  const begin = useBeginSession();
  return useMutation({
    mutationFn: (body: { state: string; code: string }) =>
      call('post', '/api/session/second-factor', { body }),
    onSuccess: begin,
  });
}

/** How one can sign in besides by name and password. */
export const waysQuery = queryOptions({
  queryKey: ['ways'],
  queryFn: ({ signal }) => call('get', '/api/session/ways', { signal }),
  staleTime: Infinity,
});

/** What can be used without an account from where the reader is. */
export const guestBasesQuery = queryOptions({
  queryKey: ['guest_bases'],
  queryFn: async ({ signal }) => (await call('get', '/api/guests', { signal })).bases,
});

/** Gets a temporary desktop, and a session that ends with it. */
export function useComeAsGuest() {
  return useMutation({
    mutationFn: (base: string) => call('post', '/api/guests', { body: { base } }),
  });
}

/** What was remembered was somebody else's. */
function useBeginSession() {
  const client = useQueryClient();
  return (session: Session) => {
    setCsrfToken(session.csrf_token);
    client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    client.setQueryData(sessionQuery.queryKey, session);
  };
}

export function useSignOut() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('delete', '/api/session', {}),
    onSuccess: async () => {
      await client.resetQueries({ queryKey: sessionQuery.queryKey });
      client.removeQueries({ predicate: (query) => query.queryKey[0] !== 'session' });
    },
  });
}

export function useChangePassword() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { current_password: string; new_password: string }) =>
      call('put', '/api/session/password', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionQuery.queryKey }),
  });
}

export function useKeepLanguage() {
  return useMutation({
    mutationFn: (language: 'en' | 'ca' | 'es') =>
      call('put', '/api/session/language', { body: { language } }),
  });
}
