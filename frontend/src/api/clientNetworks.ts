import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { ClientNetwork, ClientNetworkForm } from './types';

export const clientNetworksQuery = queryOptions({
  queryKey: ['client_networks'],
  queryFn: async ({ signal }) => (await call('get', '/api/client-networks', { signal })).networks,
});

/** Where the reader is. */
export const whereaboutsQuery = queryOptions({
  // below the networks' own key: what makes them stale makes this stale
  queryKey: [...clientNetworksQuery.queryKey, 'here'],
  queryFn: ({ signal }) => call('get', '/api/client-network', { signal }),
});

export function useSaveNetwork() {
  const changed = useNetworksChanged();
  return useMutation({
    mutationFn: ({ id, form }: { id: number | null; form: ClientNetworkForm }) =>
      id === null
        ? call('post', '/api/client-networks', { body: form })
        : call('put', '/api/client-networks/{id}', { path: { id }, body: form }),
    onSuccess: changed,
  });
}

export function useDeleteNetwork() {
  const changed = useNetworksChanged();
  return useMutation({
    mutationFn: (id: number) => call('delete', '/api/client-networks/{id}', { path: { id } }),
    onSuccess: changed,
  });
}

/** Says what holds for a base there; null for the same as for the others. */
export function useSayOfBase() {
  const changed = useNetworksChanged();
  return useMutation({
    mutationFn: async ({
      id,
      base,
      said,
    }: {
      id: number;
      base: string;
      said: { is_allowed: boolean; is_anonymous: boolean } | null;
    }) => {
      const path = { id, base };
      if (said === null) {
        await call('delete', '/api/client-networks/{id}/bases/{base}', { path });
      } else {
        await call('put', '/api/client-networks/{id}/bases/{base}', { path, body: said });
      }
    },
    onSuccess: changed,
  });
}

/** A network as it is, to be changed in part. */
export function formOf(network: ClientNetwork): ClientNetworkForm {
  const { name, addresses, bases, requires_password, position } = network;
  return { name, addresses, bases, requires_password, position };
}

function useNetworksChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: clientNetworksQuery.queryKey });
}
