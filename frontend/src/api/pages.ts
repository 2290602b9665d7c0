import {
  useInfiniteQuery,
  useQueryClient,
  type DefaultError,
  type InfiniteData,
  type QueryClient,
  type QueryKey,
  type UseInfiniteQueryOptions,
} from '@tanstack/react-query';

/** A list that is read page by page, and `older` for its next page. */
export function usePages<Page, Key extends QueryKey, Param>(
  options: UseInfiniteQueryOptions<Page, DefaultError, InfiniteData<Page>, Key, Param>,
) {
  const client = useQueryClient();
  const query = useInfiniteQuery(options);
  const older = () => void readOlder(client, options.queryKey, query.fetchNextPage);
  return { ...query, older };
}

/**
 * Reads the next page. While the list is being read anew that page follows: breaking the news off
 * would leave the list as it was before them.
 */
export async function readOlder(
  client: QueryClient,
  queryKey: QueryKey,
  fetchNextPage: (options: { cancelRefetch: boolean }) => Promise<unknown>,
): Promise<void> {
  const one = { queryKey, exact: true };
  const join = { cancelRefetch: false };
  while (client.isFetching(one) > 0) await client.refetchQueries(one, join);
  await fetchNextPage(join);
}
