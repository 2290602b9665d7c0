import {
  infiniteQueryOptions,
  keepPreviousData,
  queryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { call } from './client';
import type { Domain, DomainSettingsChange } from './types';

export const desktopsQuery = queryOptions({
  queryKey: ['desktops'],
  queryFn: async ({ signal }) => (await call('get', '/api/desktops', { signal })).desktops,
});

export const domainsQuery = queryOptions({
  queryKey: ['domains'],
  queryFn: async ({ signal }) => (await call('get', '/api/domains', { signal })).domains,
  placeholderData: keepPreviousData,
});

export const domainQuery = (id: string) =>
  queryOptions({
    queryKey: ['domain', id],
    queryFn: ({ signal }) => call('get', '/api/domains/{id}', { path: { id }, signal }),
  });

const historyPageSize = 20;

export const historyQuery = (id: string) =>
  infiniteQueryOptions({
    // below the machine's own key: what makes that stale makes this stale
    queryKey: [...domainQuery(id).queryKey, 'history'],
    queryFn: ({ signal, pageParam }) =>
      call('get', '/api/domains/{id}/history', {
        path: { id },
        query: { limit: historyPageSize, ...(pageParam === 0 ? {} : { before: pageParam }) },
        signal,
      }),
    initialPageParam: 0,
    getNextPageParam: ({ entries }) =>
      entries.length < historyPageSize ? undefined : entries.at(-1)?.id,
  });

export function useDesktops() {
  return useQuery(desktopsQuery);
}

export function useDomains() {
  return useQuery(domainsQuery);
}

export function useDomain(id: string) {
  return useQuery(domainQuery(id));
}

/**
 * Idempotent: a second call joins what the first one started. Unless it is confirmed, nothing that
 * runs is ended for it.
 */
export function openBase(id: string, confirm: boolean) {
  return call('post', '/api/bases/{id}/open', { path: { id }, query: { confirm } });
}

export function displayTicket(id: string) {
  return call('post', '/api/domains/{id}/display-ticket', { path: { id } });
}

export function usePublish() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, is_public }: { id: string; is_public: boolean }) =>
      call('put', '/api/domains/{id}/published', { path: { id }, body: { is_public } }),
    onSuccess: keep,
  });
}

export function useSetClones() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, volatile }: { id: string; volatile: boolean }) =>
      call('put', '/api/domains/{id}/clones', { path: { id }, body: { volatile } }),
    onSuccess: keep,
  });
}

export function useDescribe() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, alias, description }: { id: string; alias: string; description: string }) =>
      call('put', '/api/domains/{id}/description', { path: { id }, body: { alias, description } }),
    onSuccess: keep,
  });
}

export function useShare() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      call('put', '/api/domains/{id}/shares/{name}', { path: { id, name } }),
    onSuccess: keep,
  });
}

export function useUnshare() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, name }: { id: string; name: string }) =>
      call('delete', '/api/domains/{id}/shares/{name}', { path: { id, name } }),
    onSuccess: keep,
  });
}

export function useSetPool() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, clones, start }: { id: string; clones: number; start: number }) =>
      call('put', '/api/domains/{id}/pool', { path: { id }, body: { clones, start } }),
    onSuccess: keep,
  });
}

export function useSetDomain() {
  const keep = useKeepDomain();
  return useMutation({
    mutationFn: ({ id, change }: { id: string; change: DomainSettingsChange }) =>
      call('patch', '/api/domains/{id}/settings', { path: { id }, body: change }),
    onSuccess: keep,
  });
}

function useKeepDomain() {
  const client = useQueryClient();
  return async (domain: Domain) => {
    client.setQueryData(domainQuery(domain.id).queryKey, domain);
    await Promise.all([
      client.invalidateQueries({ queryKey: ['domains'] }),
      client.invalidateQueries({ queryKey: ['desktops'] }),
    ]);
  };
}
