import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from './client';
import { domainQuery } from './domains';
import type { AccessRule, AccessRuleForm, AccessRules, RuleList } from './types';

/** Below the machine's own key: what makes that stale makes this stale. */
const keyOf = (id: string) => [...domainQuery(id).queryKey, 'access'];

export const accessQuery = (id: string) =>
  queryOptions({
    queryKey: keyOf(id),
    queryFn: ({ signal }) => call('get', '/api/bases/{id}/access', { path: { id }, signal }),
  });

/** Those who may have a desktop of a base, by name. */
export const whoQuery = (id: string, text: string) =>
  infiniteQueryOptions({
    queryKey: [...keyOf(id), 'who', text],
    queryFn: ({ signal, pageParam }) =>
      call('get', '/api/bases/{id}/access/who', {
        path: { id },
        query: {
          ...(text === '' ? {} : { q: text }),
          ...(pageParam === '' ? {} : { after: pageParam }),
        },
        signal,
      }),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** Why somebody may have a desktop of a base, or not; with a program that says this of itself when it is given. */
export const whyQuery = (id: string, user: string, program: string) =>
  queryOptions({
    queryKey: [...keyOf(id), 'why', user, program],
    queryFn: ({ signal }) =>
      call('get', '/api/bases/{id}/access/explain', {
        path: { id },
        query: { user, ...(program === '' ? {} : { header: [`User-Agent: ${program}`] }) },
        signal,
      }),
    enabled: user !== '',
    retry: false,
  });

/** What directories tell of people: for completing what is typed. */
export const attributesQuery = (id: string) =>
  queryOptions({
    queryKey: [...keyOf(id), 'attributes'],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/bases/{id}/access/attributes', { path: { id }, signal })).attributes,
  });

export type Rules = Record<RuleList, readonly AccessRuleForm[]>;

/**
 * Changes the rules. One change follows the other, each made from what the one before left: whoever
 * clicks faster than the server answers loses nothing.
 */
export function useChangeRules(id: string) {
  const client = useQueryClient();
  const { queryKey } = accessQuery(id);
  return useMutation({
    scope: { id: `access-${id}` },
    mutationFn: (change: (rules: Rules) => Rules) => {
      const shown = client.getQueryData<AccessRules>(queryKey);
      if (shown === undefined) throw new Error('the rules are not read yet');
      const rules = change({ people: shown.people.map(form), clients: shown.clients.map(form) });
      return call('put', '/api/bases/{id}/access', {
        path: { id },
        body: {
          version: shown.version,
          people: [...rules.people],
          clients: [...rules.clients],
        },
      });
    },
    onSuccess: async (shown) => {
      client.setQueryData(queryKey, shown);
      await Promise.all(
        ['who', 'why'].map((part) => client.invalidateQueries({ queryKey: [...queryKey, part] })),
      );
    },
    // somebody else has changed them: they are shown as they are now
    onError: () => client.invalidateQueries({ queryKey, exact: true }),
  });
}

/** A rule as it is sent: groups and people by their keys. */
function form({ kind, name, value, id, allowed, last }: AccessRule): AccessRuleForm {
  return { kind, name: id == null ? (name ?? null) : null, value, id, allowed, last };
}
