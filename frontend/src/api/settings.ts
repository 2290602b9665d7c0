import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { SiteSettings } from './types';

export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => call('get', '/api/settings', { signal }),
});

export function useSaveSettings() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (body: SiteSettings) => call('put', '/api/settings', { body }),
    onSuccess: (answer) => {
      client.setQueryData(settingsQuery.queryKey, answer);
    },
  });
}
