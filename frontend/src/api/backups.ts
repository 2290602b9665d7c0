import { queryOptions } from '@tanstack/react-query';
import { call } from './client';

export const backupsQuery = queryOptions({
  queryKey: ['backups'],
  queryFn: async ({ signal }) => (await call('get', '/api/backups', { signal })).backups,
});

export const domainBackupsQuery = (id: string) =>
  queryOptions({
    queryKey: [...backupsQuery.queryKey, id],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/domains/{id}/backups', { path: { id }, signal })).backups,
  });
