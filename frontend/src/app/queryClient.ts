import { QueryClient } from '@tanstack/react-query';
import { Problem } from '@/api/problem';

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // events tell what is stale; a refused question isn't asked again
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < 3 && error instanceof Problem && (error.status === 0 || error.status >= 502),
        refetchOnWindowFocus: 'always',
      },
    },
  });
}
