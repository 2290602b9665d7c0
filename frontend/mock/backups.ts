/** Backups of machines. */
import type { Backup, Domain, Request } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Routes } from './routes';
import { minutesAgo, now, ok } from './things';

export const backupRoutes: Routes = {
  'GET backups': (broker) => ok({ backups: listed(broker) }),
  'GET domains/:id/backups': (broker, { id }) =>
    ok({ backups: listed(broker).filter(({ domain_id }) => domain_id === id) }),
};

function listed({ backups, domains }: MockBroker): Backup[] {
  return backups
    .map((b) => ({ ...b, is_there: domains.some(({ id }) => id === b.domain_id) }))
    .sort((a, b) => b.taken_at.localeCompare(a.taken_at));
}

function backup(domain: Pick<Domain, 'id' | 'name'>, fields: Partial<Backup>): Backup {
  return {
    file: `${domain.name}-${(fields.taken_at ?? now()).replace(/\W/g, '')}.tar`,
    domain_id: domain.id,
    domain_name: domain.name,
    is_there: true,
    node: 'local',
    needs_base: false,
    size_bytes: 1_830_000_000,
    taken_at: now(),
    taken_by: 'admin',
    ...fields,
  };
}

export function seededBackups(server: Domain): Backup[] {
  const gone = { id: '00000000-0000-4000-8000-000000000001', name: 'old-server' };
  return [
    backup(server, { taken_at: minutesAgo(2000) }),
    backup(gone, { taken_at: minutesAgo(90_000), size_bytes: 4_200_000_000 }),
  ];
}

/** What a command about backups leaves behind. */
export function changeBackups(
  broker: MockBroker,
  { command, args: asked }: Request,
  domain: Domain | null,
): void {
  const args = (asked ?? {}) as { file?: string; name?: string; over?: string; whole?: boolean };
  if (command === 'backup_domain' && domain !== null) {
    const needs_base = domain.base_id !== null && args.whole !== true;
    broker.backups.push(backup(domain, { needs_base }));
    broker.change(domain, {});
  }
  if (command === 'remove_backup') {
    broker.backups = broker.backups.filter(({ file }) => file !== args.file);
  }
  if (command === 'restore_backup' && args.over === undefined) {
    const of = broker.backups.find(({ file }) => file === args.file);
    broker.add({ name: args.name ?? `${of?.domain_name ?? 'restored'}-2` });
  }
}
