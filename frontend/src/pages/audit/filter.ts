import type { AuditFilter } from '@/api/audit';
import { auditOutcomes } from '@/api/types';

/** What the address says; what stands in it may be anything. Days are the reader's. */
export function filterOf(params: URLSearchParams): AuditFilter {
  const filter: AuditFilter = {};
  for (const name of ['text', 'user', 'action'] as const) {
    const value = params.get(name)?.trim();
    if (value !== undefined && value !== '') filter[name] = value;
  }
  const outcome = auditOutcomes.find((known) => known === params.get('outcome'));
  if (outcome !== undefined) filter.outcome = outcome;
  const from = startOf(params.get('from'), 0);
  if (from !== null) filter.from = from;
  const until = startOf(params.get('until'), 1);
  if (until !== null) filter.until = until;
  return filter;
}

/** When a day begins where the reader is, or one some days later. */
function startOf(day: string | null, later: number): string | null {
  const [, year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(day ?? '') ?? [];
  if (date === undefined) return null;
  const start = new Date(Number(year), Number(month) - 1, Number(date) + later);
  return Number.isNaN(start.getTime()) ? null : start.toISOString();
}
