import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { LimitSet } from './types';

export const userLimitsQuery = (id: number) =>
  queryOptions({
    queryKey: ['user', id, 'limits'],
    queryFn: ({ signal }) => call('get', '/api/users/{id}/limits', { path: { id }, signal }),
  });

export const groupLimitsQuery = (id: number) =>
  queryOptions({
    queryKey: ['group', id, 'limits'],
    queryFn: ({ signal }) => call('get', '/api/groups/{id}/limits', { path: { id }, signal }),
  });

export function useSetUserLimits(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: LimitSet) => call('put', '/api/users/{id}/limits', { path: { id }, body }),
    onSuccess: (limits) => {
      client.setQueryData(userLimitsQuery(id).queryKey, limits);
    },
  });
}

export function useSetGroupLimits(id: number) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: LimitSet) => call('put', '/api/groups/{id}/limits', { path: { id }, body }),
    onSuccess: (limits) => {
      client.setQueryData(groupLimitsQuery(id).queryKey, limits);
    },
  });
}
