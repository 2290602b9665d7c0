import { queryOptions } from '@tanstack/react-query';
import { call } from './client';

export const usersQuery = queryOptions({
  queryKey: ['users'],
  queryFn: async ({ signal }) => (await call('get', '/api/users', { signal })).users,
});

/** Those whom a part of the name finds. */
export const userSearchQuery = (text: string) =>
  queryOptions({
    ...usersQuery,
    select: (users) =>
      users.filter(({ name, display_name }) =>
        `${name}\n${display_name}`.toLowerCase().includes(text.toLowerCase()),
      ),
  });
