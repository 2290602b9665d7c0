import { userSources } from '@/api/types';
import type { UserFilter } from '@/api/users';

export const kinds = ['admin', 'disabled'] as const;

/** What the address says; what stands in it may be anything. */
export function filterOf(params: URLSearchParams): UserFilter {
  const filter: UserFilter = {};
  const text = params.get('text')?.trim();
  if (text !== undefined && text !== '') filter.q = text;
  const source = userSources.find((known) => known === params.get('source'));
  if (source !== undefined) filter.source = source;
  const kind = kinds.find((known) => known === params.get('kind'));
  if (kind !== undefined) filter[kind] = true;
  return filter;
}
