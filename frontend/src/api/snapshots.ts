import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import { domainQuery } from './domains';

export const snapshotsQuery = (id: string) =>
  queryOptions({
    // below the machine's own key: what makes that stale makes this stale
    queryKey: [...domainQuery(id).queryKey, 'snapshots'],
    queryFn: ({ signal }) => call('get', '/api/domains/{id}/snapshots', { path: { id }, signal }),
  });

export function useRenameSnapshot(id: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({
      snapshot,
      ...body
    }: {
      snapshot: string;
      name: string;
      description: string | null;
    }) => call('put', '/api/domains/{id}/snapshots/{snapshot}', { path: { id, snapshot }, body }),
    onSuccess: (all) => {
      client.setQueryData(snapshotsQuery(id).queryKey, all);
    },
  });
}
