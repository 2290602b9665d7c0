import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';

export const libraryQuery = queryOptions({
  queryKey: ['library'],
  queryFn: async ({ signal }) => (await call('get', '/api/library', { signal })).images,
});

export function useDeleteImage() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (file: string) => call('delete', '/api/library/{file}', { path: { file } }),
    onSettled: () => client.invalidateQueries({ queryKey: libraryQuery.queryKey }),
  });
}
