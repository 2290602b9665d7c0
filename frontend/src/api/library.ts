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
    // the hosts notice it a few seconds later, and an event tells; until then the list would still have it
    onSuccess: (_, file) => {
      client.setQueryData(libraryQuery.queryKey, (images) =>
        images?.filter((image) => image.file !== file || !image.is_upload),
      );
    },
  });
}
