import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { nodesQuery } from './health';

export const storageQuery = (id: number) =>
  queryOptions({
    // below the hosts' own key: what makes that stale makes this stale
    queryKey: [...nodesQuery.queryKey, id, 'storage'],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/nodes/{id}/storage', { path: { id }, signal })).storage,
  });

/** What the last look at a host found; changed by requests about no machine. */
export const unknownQuery = (id: number) =>
  queryOptions({
    queryKey: ['unknown_machines', id],
    queryFn: ({ signal }) => call('get', '/api/nodes/{id}/unknown', { path: { id }, signal }),
  });
