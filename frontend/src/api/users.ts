import { queryOptions } from '@tanstack/react-query';
import { call } from './client';

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await call('get', '/api/users', { signal })).users,
});
