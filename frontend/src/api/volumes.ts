import { queryOptions } from '@tanstack/react-query';
import { call } from './client';
import { domainQuery } from './domains';

export const volumesQuery = (id: string) =>
  queryOptions({
    // below the machine's own key: what makes that stale makes this stale
    queryKey: [...domainQuery(id).queryKey, 'volumes'],
    queryFn: ({ signal }) => call('get', '/api/domains/{id}/volumes', { path: { id }, signal }),
  });
