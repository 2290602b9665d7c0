import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from './client';
import type { GroupGrant, NewGroup, Reach, UserGroup } from './types';

export const groupsQuery = queryOptions({
  queryKey: ['groups'],
  queryFn: async ({ signal }) => (await call('get', '/api/groups', { signal })).groups,
});

/** Puts many people into local groups, all or none; or only tells what would become of each line and group. */
export function useUploadMembers() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      text,
      group,
      flush,
      removeEmpty,
      dryRun,
    }: {
      text: string;
      /** Of those of whom the list says none. */
      group: number | null;
      flush: boolean;
      removeEmpty: boolean;
      dryRun: boolean;
    }) =>
      call('post', '/api/groups/upload', {
        query: {
          dry_run: dryRun,
          flush,
          remove_empty: removeEmpty,
          ...(group === null ? {} : { group }),
        },
        body: text,
      }),
    onSuccess: async ({ is_done }) => {
      if (!is_done) return;
      await Promise.all([
        client.invalidateQueries({ queryKey: groupsQuery.queryKey }),
        client.invalidateQueries({ queryKey: ['group'] }),
        client.invalidateQueries({ queryKey: ['user'] }),
      ]);
    },
  });
}

export const groupQuery = (id: number) =>
  queryOptions({
    queryKey: ['group', id],
    queryFn: ({ signal }) => call('get', '/api/groups/{id}', { path: { id }, signal }),
  });

/** Groups of the directory that a part of the name finds. */
export const directoryGroupsQuery = (text: string) =>
  queryOptions({
    queryKey: ['directory_groups', text],
    queryFn: ({ signal }) => call('get', '/api/directory/groups', { query: { text }, signal }),
    retry: false,
  });

const memberPageSize = 50;

/** Who is in it, by name. */
export const membersQuery = (id: number, text: string) =>
  infiniteQueryOptions({
    queryKey: [...groupQuery(id).queryKey, 'members', text],
    queryFn: ({ signal, pageParam }) =>
      call('get', '/api/groups/{id}/members', {
        path: { id },
        query: { ...(text === '' ? {} : { q: text }), skip: pageParam, limit: memberPageSize },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ total }, pages) => {
      const read = pages.length * memberPageSize;
      return read < total ? read : undefined;
    },
    placeholderData: keepPreviousData,
  });

export const groupGrantsQuery = (id: number) =>
  queryOptions({
    queryKey: [...groupQuery(id).queryKey, 'grants'],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/groups/{id}/grants', { path: { id }, signal })).grants,
  });

export function useSetGroupGrant(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: async ({ grant, reach }: { grant: GroupGrant['grant']; reach: Reach | null }) => {
      const path = { id, grant };
      const answer =
        reach === null
          ? await call('delete', '/api/groups/{id}/grants/{grant}', { path })
          : await call('put', '/api/groups/{id}/grants/{grant}', { path, body: { reach } });
      return answer.grants;
    },
    onSuccess: (grants) => {
      client.setQueryData(groupGrantsQuery(id).queryKey, grants);
    },
  });
}

export function useMakeGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: NewGroup) => call('post', '/api/groups', { body }),
    onSuccess: () => client.invalidateQueries({ queryKey: groupsQuery.queryKey }),
  });
}

export function useDescribeGroup(id: number) {
  const keep = useKeepGroup();
  return useMutation({
    mutationFn: (description: string | null) =>
      call('put', '/api/groups/{id}/description', { path: { id }, body: { description } }),
    onSuccess: keep,
  });
}

export function useRemoveGroup() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: number) => call('delete', '/api/groups/{id}', { path: { id } }),
    onSuccess: () => client.invalidateQueries({ queryKey: groupsQuery.queryKey }),
  });
}

/** Puts somebody into a group, or takes him out of it. */
export function useSetMember(id: number) {
  const keep = useKeepGroup();
  return useMutation({
    mutationFn: ({ user, isIn }: { user: number; isIn: boolean }) =>
      call(isIn ? 'put' : 'delete', '/api/groups/{id}/members/{user}', { path: { id, user } }),
    onSuccess: keep,
  });
}

function useKeepGroup() {
  const client = useQueryClient();
  return async (group: UserGroup) => {
    client.setQueryData(groupQuery(group.id).queryKey, group);
    await Promise.all([
      client.invalidateQueries({ queryKey: groupsQuery.queryKey }),
      client.invalidateQueries({ queryKey: [...groupQuery(group.id).queryKey, 'members'] }),
    ]);
  };
}
