import { queryOptions } from '@tanstack/react-query';
import { call } from './client';

export const libraryQuery = queryOptions({
  queryKey: ['library'],
  queryFn: async ({ signal }) => (await call('get', '/api/library', { signal })).images,
});
