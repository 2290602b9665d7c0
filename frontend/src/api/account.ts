import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import { sessionQuery } from './session';
import type { NewToken } from './types';

/** What Broker knows of the reader besides the name. */
export const ownAccountQuery = queryOptions({
  queryKey: ['account'],
  queryFn: ({ signal }) => call('get', '/api/session/account', { signal }),
});

/** What the reader may have, and has. */
export const ownLimitsQuery = queryOptions({
  queryKey: ['own_limits'],
  queryFn: ({ signal }) => call('get', '/api/session/limits', { signal }),
});

/** Where somebody is signed in as the reader. */
export const sessionsQuery = queryOptions({
  queryKey: ['sessions'],
  queryFn: async ({ signal }) => (await call('get', '/api/sessions', { signal })).sessions,
});

export function useEndSession() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => call('delete', '/api/sessions/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

export function useEndOtherSessions() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => call('delete', '/api/sessions', { query: { keep_this: true } }),
    onSuccess: () => client.invalidateQueries({ queryKey: sessionsQuery.queryKey }),
  });
}

/** Tokens for programs, and what one may be good for. */
export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: ({ signal }) => call('get', '/api/tokens', { signal }),
});

const dayMs = 86_400_000;

export function useMakeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ days, ...token }: Omit<NewToken, 'expires_at'> & { days: number }) => {
      const expires_at = new Date(Date.now() + days * dayMs).toISOString();
      return call('post', '/api/tokens', { body: { ...token, expires_at } });
    },
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}

export function useRevokeToken() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => call('delete', '/api/tokens/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: tokensQuery.queryKey }),
  });
}

export const secondFactorQuery = queryOptions({
  queryKey: ['second_factor'],
  queryFn: ({ signal }) => call('get', '/api/session/second-factor', { signal }),
});

/**
 * A secret for an app; nothing is asked for before it is confirmed. The password is empty, here and
 * below, until Broker says that it is needed.
 */
export function useBeginSecondFactor() {
  return useMutation({
    mutationFn: (password: string) =>
      call('post', '/api/session/second-factor/enrolment', { body: { password } }),
  });
}

/** The session is read anew later: while it demands a second factor the codes can still be read. */
export function useConfirmSecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { state: string; code: string }) =>
      call('put', '/api/session/second-factor', { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: secondFactorQuery.queryKey });
      // it ends all the others
      await client.invalidateQueries({ queryKey: sessionsQuery.queryKey });
    },
  });
}

export function useRemoveSecondFactor() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: { password: string; code: string }) =>
      call('post', '/api/session/second-factor/removal', { body }),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: secondFactorQuery.queryKey });
      await client.invalidateQueries({ queryKey: sessionQuery.queryKey });
    },
  });
}
