import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { call } from './client';
import type { AuditOutcome } from './types';

export interface AuditFilter {
  /** Part of what it was done to, or how the address begins. */
  text?: string;
  /** Sign-in name of who did it. */
  user?: string;
  action?: string;
  outcome?: AuditOutcome;
  /** Not before, and before. */
  from?: string;
  until?: string;
}

export const auditPageSize = 50;

export const auditQuery = (filter: AuditFilter) =>
  infiniteQueryOptions({
    queryKey: ['audit', filter],
    queryFn: ({ signal, pageParam }) => {
      const query = {
        ...filter,
        limit: auditPageSize,
        ...(pageParam === 0 ? {} : { before: pageParam }),
      };
      return call('get', '/api/audit', { query, signal });
    },
    initialPageParam: 0,
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  });

/** The words that occur as actions. */
export const auditActionsQuery = queryOptions({
  queryKey: ['audit_actions'],
  queryFn: async ({ signal }) => (await call('get', '/api/audit/actions', { signal })).actions,
});

/** Where the browser gets the same as a table for a spreadsheet. */
export function auditFileUrl(filter: AuditFilter): string {
  return `/api/audit/export?${new URLSearchParams({ ...filter }).toString()}`;
}
