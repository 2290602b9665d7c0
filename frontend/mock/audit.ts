/** Who did what. */
import type { AuditEntry } from '../src/api/types';
import type { Routes } from './routes';
import { minutesAgo, ok, uuid } from './things';

export const auditRoutes: Routes = {
  'GET audit': ({ audit }, { query }) => {
    const is = (name: string, value: unknown) => (query.get(name) ?? value) === value;
    const text = query.get('text')?.toLowerCase() ?? '';
    const limit = Number(query.get('limit') ?? 100);
    const found = audit
      .filter(
        (entry) =>
          entry.id < Number(query.get('before') ?? Infinity) &&
          is('user', entry.user_name) &&
          is('action', entry.action) &&
          is('outcome', entry.outcome) &&
          entry.at >= (query.get('from') ?? '') &&
          entry.at < (query.get('until') ?? '9') &&
          `${entry.subject}\n${entry.address}`.toLowerCase().includes(text),
      )
      .sort((a, b) => b.id - a.id);
    const entries = found.slice(0, limit);
    return ok({ entries, next: found.length > limit ? entries.at(-1)?.id : null });
  },
  // the words that occur as actions
  'GET audit/:id': ({ audit }) =>
    ok({ actions: [...new Set(audit.map(({ action }) => action))].sort() }),
};

export function auditEntry(fields: Partial<AuditEntry> & { id: number }): AuditEntry {
  return {
    at: minutesAgo(5),
    user_id: 1,
    user_name: 'admin',
    address: '192.0.2.7',
    action: 'sign_in',
    subject: 'admin',
    domain_id: null,
    details: null,
    outcome: 'done',
    code: null,
    ...fields,
  };
}

export function seededAudit(): AuditEntry[] {
  return [
    auditEntry({ id: 1, at: minutesAgo(1700), details: { proof: 'password' } }),
    auditEntry({
      id: 2,
      at: minutesAgo(1650),
      action: 'create_user',
      subject: 'ana',
      details: { user: 2, is_admin: false },
    }),
    auditEntry({
      id: 3,
      at: minutesAgo(300),
      user_id: 2,
      user_name: 'ana',
      address: '192.0.2.80',
      action: 'remove_domain',
      subject: 'debian-desktop',
      domain_id: uuid(101),
      outcome: 'refused',
      code: 'not_allowed',
    }),
    auditEntry({
      id: 4,
      at: minutesAgo(62),
      action: 'start_domain',
      subject: 'maths-admin',
      domain_id: uuid(108),
      details: { request: 5, args: { domain: uuid(108) } },
      outcome: 'failed',
      code: 'host_refused',
    }),
    auditEntry({
      id: 5,
      at: minutesAgo(3),
      user_id: null,
      user_name: null,
      address: '203.0.113.9',
      subject: 'admin',
      outcome: 'refused',
      code: 'wrong_credentials',
    }),
  ];
}
