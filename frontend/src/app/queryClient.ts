import {
  QueryClient,
  type InvalidateOptions,
  type InvalidateQueryFilters,
  type Query,
  type QueryKey,
} from '@tanstack/react-query';
import { Problem } from '@/api/problem';

export function createQueryClient(): QueryClient {
  return new PatientClient({
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

/**
 * An answer that is on its way when something changes may be older than the change: it is waited
 * for, and then asked anew. By itself the cache would take a first answer for news, and break any
 * other off, so that changes that come faster than answers would let none of them through.
 */
class PatientClient extends QueryClient {
  override async invalidateQueries<K extends QueryKey = QueryKey>(
    filters?: InvalidateQueryFilters<K>,
    options?: InvalidateOptions,
  ): Promise<void> {
    const queries = this.getQueryCache().findAll(filters);
    await Promise.all(
      queries.map(async (query) => {
        const { queryKey } = query;
        const one = { queryKey, exact: true };
        const join = { cancelRefetch: false };
        if (isFetching(query)) await this.refetchQueries(one, join);
        // an older page brings no news, whenever it was asked for
        while (isFetching(query) && query.state.fetchMeta?.fetchMore) {
          await this.refetchQueries(one, join);
        }
        const refetchType = filters?.refetchType;
        await super.invalidateQueries({ ...one, refetchType }, { ...options, ...join });
      }),
    );
  }
}

function isFetching<K extends QueryKey>({ state }: Query<unknown, Error, unknown, K>): boolean {
  return state.fetchStatus === 'fetching';
}
