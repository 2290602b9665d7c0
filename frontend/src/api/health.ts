import { queryOptions } from '@tanstack/react-query';
import { call } from './client';

/** Ages grow and heartbeats come without any event, so this one is asked anew by itself. */
const everyMs = 4000;

export const healthQuery = queryOptions({
  queryKey: ['health'],
  queryFn: ({ signal }) => call('get', '/api/health', { signal }),
  refetchInterval: everyMs,
});

export const nodesQuery = queryOptions({
  queryKey: ['nodes'],
  queryFn: async ({ signal }) => (await call('get', '/api/nodes', { signal })).nodes,
});
