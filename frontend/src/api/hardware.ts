import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { domainQuery } from './domains';

export const hardwareQuery = (id: string) =>
  queryOptions({
    // below the machine's own key: what makes that stale makes this stale
    queryKey: [...domainQuery(id).queryKey, 'hardware'],
    queryFn: ({ signal }) => call('get', '/api/domains/{id}/hardware', { path: { id }, signal }),
  });
