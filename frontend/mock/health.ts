/** Hosts, back ends and what is wrong with them. */
import type { Node, Request, StorageFolder, SystemHealth, UnknownMachine } from '../src/api/types';
import type { Routes } from './routes';
import { minutesAgo, now, ok } from './things';

const storage: StorageFolder[] = [
  {
    name: 'default',
    folder: '/var/lib/broker/pool',
    total_bytes: 500_000_000_000,
    free_bytes: 2_100_000_000,
    volumes: 17,
    problem: null,
    checked_at: minutesAgo(1),
  },
  {
    name: 'fast',
    folder: '/srv/nvme',
    total_bytes: 2_000_000_000_000,
    free_bytes: 1_400_000_000_000,
    volumes: 4,
    problem: null,
    checked_at: minutesAgo(1),
  },
  {
    name: 'archive',
    folder: '/srv/archive',
    total_bytes: 0,
    free_bytes: 0,
    volumes: 3,
    problem: 'Nothing is mounted there.',
    checked_at: minutesAgo(1),
  },
];

export function seededUnknown(): UnknownMachine[] {
  const machine = {
    state: 'shutdown',
    memory_kib: 2_097_152,
    vcpus: 2,
    disks: [],
    can_adopt: true,
    obstacles: [],
    changes: [],
    needs_copy: false,
    needs_name: false,
  } as const;
  const one = (id: string, fields: Partial<UnknownMachine> & { name: string }): UnknownMachine => ({
    ...machine,
    disks: [],
    obstacles: [],
    changes: [],
    id,
    ...fields,
  });
  return [
    one('a1', { name: 'By hand', needs_name: true }),
    one('a2', {
      name: 'passed-through',
      can_adopt: false,
      obstacles: ['It has a PCI card of the host.'],
    }),
  ];
}

/** What list_unused_volumes tells. */
export const unusedFiles = {
  files: [
    { file: 'left-over.qcow2', size_bytes: 2_100_000_000, changed_at: minutesAgo(90_000) },
    { file: 'try-2.qcow2', size_bytes: 900_000_000, changed_at: minutesAgo(40_000) },
  ],
  count: 2,
  size_bytes: 3_000_000_000,
  more: false,
};

export const healthRoutes: Routes = {
  'GET health': (broker) => ok(health(broker.requests)),
  'GET nodes/:id/storage': () => ok({ storage }),
  'GET nodes/:id/unknown': (broker) =>
    ok({ node: 'local', looked_at: now(), machines: broker.unknown }),
  'GET nodes': () =>
    ok({ nodes: [node('local', 'up', null), node('attic', 'down', 'No route to host.')] }),
};

function node(name: string, state: 'up' | 'down', detail: string | null): Node {
  return {
    id: name === 'local' ? 1 : 2,
    name,
    manager: 'libvirt',
    uri: 'qemu:///system',
    is_enabled: true,
    state,
    checked_at: minutesAgo(state === 'up' ? 0.1 : 34),
    detail,
    capabilities: ['hibernate', 'screenshot'],
    facts: { version: '10.0.0' },
  };
}

/** A broker with something wrong, so that one sees how that looks. */
function health(requests: readonly Request[]): SystemHealth {
  const waiting = requests.filter((r) => r.state === 'waiting').length;
  const working = requests.filter((r) => r.state === 'working').length;
  return {
    state: 'failed',
    at: now(),
    checks: [
      {
        id: 'database',
        state: 'ok',
        title: 'Database',
        detail: 'MariaDB 10.11 answers within 2 ms.',
        remedy: null,
      },
      {
        id: 'disk',
        state: 'failed',
        title: 'Room for disks',
        detail: 'The pool of local has 2.1 GB left of 500 GB.',
        remedy: 'Remove desktops that nobody uses, or give the pool a bigger disk.',
      },
      { id: 'back_ends', state: 'ok', title: 'Back ends', detail: 'One is alive.', remedy: null },
      {
        id: 'clock',
        state: 'warning',
        title: 'Clock',
        detail: 'The clock of broker-2 is 4 s ahead of the database.',
        remedy: 'Let it be set by NTP: timedatectl set-ntp true.',
      },
      { id: 'nodes', state: 'ok', title: 'Nodes', detail: 'One answers.', remedy: null },
    ],
    lanes: [
      {
        lane: 'quick',
        requested: 0,
        waiting: 0,
        working: 0,
        limit: 8,
        oldest_seconds: 0,
        usual_seconds: null,
      },
      {
        lane: 'power',
        requested: 12,
        waiting,
        working: working + 4,
        limit: 4,
        oldest_seconds: 41,
        usual_seconds: 3.2,
      },
      {
        lane: 'disk',
        requested: 2,
        waiting: 0,
        working: 1,
        limit: 2,
        oldest_seconds: 7,
        usual_seconds: 1.1,
      },
      {
        lane: 'network',
        requested: 0,
        waiting: 0,
        working: 0,
        limit: 1,
        oldest_seconds: 0,
        usual_seconds: null,
      },
    ],
    back_ends: [
      {
        id: 'c0ffee',
        host: 'broker-1',
        process: 812,
        version: '0.1.0',
        started_at: minutesAgo(3000),
        seen_at: now(),
        is_alive: true,
      },
      {
        id: 'decaf0',
        host: 'broker-2',
        process: 799,
        version: '0.1.0',
        started_at: minutesAgo(9000),
        seen_at: minutesAgo(34),
        is_alive: false,
      },
    ],
  };
}
