/** Disks and CDs of machines. */
import type { Cd, Domain, Volume, VolumeKind } from '../src/api/types';
import type { MockBroker } from './broker';
import { about } from './domains';
import type { Routes } from './routes';
import { ok } from './things';

export interface Content {
  volumes: Volume[];
  cds: Cd[];
}

const gib = 2 ** 30;

export const volumeRoutes: Routes = {
  'GET domains/:id/volumes': about((broker, domain, { user }) => {
    const { volumes, cds } = contentOf(broker, domain);
    return ok({
      volumes: volumes.map((v) => ({
        ...v,
        path: user.is_admin ? v.path : null,
        storage: user.is_admin ? v.storage : null,
      })),
      cds,
      may_change: user.is_admin && !domain.is_base,
      may_change_cds: user.is_admin && !domain.is_base,
    });
  }),
};

function contentOf(broker: MockBroker, domain: Domain): Content {
  const known = broker.contents.get(domain.id);
  if (known) return known;
  const base = broker.domains.find(({ id }) => id === domain.base_id);
  const content: Content = {
    volumes: [{ ...volume(domain, 'vda', 'sys', 10 * gib, 2.1 * gib), chain: below(base) }],
    cds: [{ target: 'hda', file: null }],
  };
  broker.contents.set(domain.id, content);
  return content;
}

function below(base: Domain | undefined): Volume['chain'] {
  if (base === undefined) return [];
  return [{ domain_id: base.id, domain_name: base.name, path: pathOf(base, 'vda') }];
}

function pathOf({ id }: Domain, target: string): string {
  return `/var/lib/broker/pool/${id}-${target}.qcow2`;
}

function volume(
  domain: Domain,
  target: string,
  kind: VolumeKind,
  capacity_bytes: number,
  used_bytes: number | null,
): Volume {
  return {
    target,
    kind,
    capacity_bytes,
    used_bytes,
    format: 'qcow2',
    is_frozen: domain.is_base,
    is_foreign: false,
    path: pathOf(domain, target),
    storage: 'default',
    chain: [],
  };
}

/** What a command about disks or CDs leaves behind. */
export function changeContent(
  broker: MockBroker,
  domain: Domain,
  word: string,
  { target, size_mib, kind, file, storage }: Record<string, unknown>,
): void {
  const content = contentOf(broker, domain);
  const bytes = Number(size_mib) * 2 ** 20;
  const next = `vd${String.fromCharCode(97 + content.volumes.length)}`;
  if (word === 'add_disk') {
    content.volumes.push(volume(domain, next, kind as VolumeKind, bytes, null));
  }
  if (word === 'remove_disk') {
    content.volumes = content.volumes.filter((v) => v.target !== target);
  }
  if (word === 'grow_disk') {
    for (const v of content.volumes) if (v.target === target) v.capacity_bytes = bytes;
  }
  if (word === 'move_volume') {
    for (const v of content.volumes) if (v.target === target) v.storage = String(storage);
  }
  if (word === 'change_cd') {
    const into = (target as string | undefined) ?? content.cds[0]?.target ?? 'hda';
    const others = content.cds.filter((cd) => cd.target !== into);
    content.cds = [...others, { target: into, file: (file as string | undefined) ?? null }];
  }
  broker.change(domain, {});
}
