/** What a fresh {@link MockBroker} holds: people's desktops, a morning of requests and messages. */
import type { Domain, Request } from '../src/api/types';
import { seededBackups } from './backups';
import type { MockBroker } from './broker';
import { newMessage, ownMessage } from './messages';
import { seededSnapshots } from './snapshots';
import { minutesAgo, newRequest, type Account } from './things';

export function seed(broker: MockBroker): void {
  const base = (name: string, alias: string, description: string, minutes: number, more = {}) =>
    broker.add({
      name,
      alias,
      description,
      state: 'base',
      state_since: minutesAgo(minutes),
      is_base: true,
      is_public: true,
      memory_kib: 1_048_576,
      vcpus: 2,
      ...more,
    });
  const debian = base('debian-desktop', 'Debian desktop', 'Office, browser, terminal.', 8000);
  const lab = base('networks-lab', 'Networks lab', 'Three routers and a packet sniffer.', 5000);
  const maths = base('maths', 'Statistics with R', 'RStudio and the course data.', 3000);
  maths.pool = { clones: 20, start: 5, members: 17, free: 9, free_running: 4, problem: null };
  base('archive', 'Archive 2024', "Last year's course.", 400_000, { is_public: false });
  const clone = (parent: Domain, owner: Account, fields: Partial<Domain>) =>
    Object.assign(broker.addClone(parent, owner), fields);
  const [admin, ana] = broker.accounts;
  if (!admin || !ana) return;
  clone(debian, ana, {
    state: 'active',
    state_since: minutesAgo(47),
    address: '192.168.122.54',
    client: { status: 'connected', address: '192.0.2.7', since: minutesAgo(40) },
    started_at: minutesAgo(47),
    ends_at: minutesAgo(-95),
    next: { action: 'shutdown_domain', at: minutesAgo(-95) },
  });
  const asleep = clone(lab, ana, { state: 'hibernated', state_since: minutesAgo(1600) });
  broker.snapshots.set(asleep.id, seededSnapshots());
  clone(debian, admin, {
    state: 'active',
    state_since: minutesAgo(12),
    address: '192.168.122.77',
  });
  clone(maths, admin, {
    state: 'broken',
    state_since: minutesAgo(25),
    state_detail: 'Its disk image is gone from the pool.',
  });
  const server = {
    name: 'build-server',
    state: 'shutdown',
    state_since: minutesAgo(2900),
  } as const;
  broker.backups = seededBackups(broker.add(server));
  seedRequests(broker);
  seedMessages(broker);
}

function seedRequests(broker: MockBroker): void {
  const add = (word: string, name: string, minutes: number, fields: Partial<Request>) => {
    const domain = broker.find(name);
    const steps = [
      {
        at: minutesAgo(minutes - 0.005),
        attempt: 1,
        percent: 10,
        text: 'Looking at the machine.',
        took_ms: 240,
      },
      {
        at: minutesAgo(minutes - 0.009),
        attempt: 1,
        percent: 40,
        text: 'Working on it.',
        took_ms: 3100,
      },
      {
        at: minutesAgo(minutes - 0.0607),
        attempt: 1,
        percent: 90,
        text: 'Waiting for its screen.',
        took_ms: 1150,
      },
    ];
    const isWaiting = fields.state === 'waiting' || fields.state === 'requested';
    broker.requests.push(
      newRequest({
        id: broker.requests.length + 1,
        command: word,
        state: 'done',
        domain_id: domain.id,
        domain_name: domain.name,
        created_at: minutesAgo(minutes),
        started_at: isWaiting ? null : minutesAgo(minutes - 0.005),
        ended_at: isWaiting ? null : minutesAgo(minutes - 0.08),
        attempts: isWaiting ? 0 : 1,
        progress: isWaiting ? 0 : 100,
        args: { domain: domain.id },
        steps: isWaiting ? [] : steps,
        ...fields,
      }),
    );
  };
  const ana = { id: 2, name: 'ana' };
  add('import_domain', 'debian-desktop', 8020, { args: { file: 'debian-12-desktop.qcow2' } });
  add('prepare_base', 'debian-desktop', 8000, {});
  add('clone', 'debian-desktop-ana', 52, { user: ana });
  add('start_domain', 'debian-desktop-ana', 47, { user: ana });
  const failed =
    'Its disk image is gone from the pool. Restore maths-admin.qcow2 there and start it again.';
  add('start_domain', 'maths-admin', 25, {
    state: 'failed',
    attempts: 3,
    progress: 40,
    started_at: minutesAgo(24.9),
    ended_at: minutesAgo(24),
    error: { code: 'disk_missing', message: failed },
    steps: [1, 2, 3].map((attempt) => ({
      at: minutesAgo(25.3 - attempt * 0.4),
      attempt,
      percent: 30,
      text: 'Starting it on local.',
      took_ms: 4000,
    })),
    attempt_errors: [1, 2].map((attempt) => ({
      at: minutesAgo(25.23 - attempt * 0.4),
      code: 'disk_missing',
      message: failed,
    })),
  });
  add('start_domain', 'debian-desktop-admin', 12, { result: { node: 'local', screen: 'vnc' } });
  add('start_clones', 'maths', 26, {});
  for (const request of broker.requests.filter((r) => r.domain_name === 'maths-admin')) {
    request.caused_by = broker.requests.at(-1)?.id ?? null;
  }
  add('shutdown_domain', 'debian-desktop-ana', 3, {
    user: ana,
    state: 'waiting',
    at: minutesAgo(-95),
    waits_for: {
      reason: 'time',
      text: 'It waits for its time.',
      until: minutesAgo(-95),
      request_id: null,
    },
  });
}

function seedMessages(broker: MockBroker): void {
  const desktop = broker.find('debian-desktop-ana').id;
  broker.messages.push(
    newMessage({
      id: 1,
      user: 2,
      at: minutesAgo(52),
      command: 'clone',
      domain_name: 'debian-desktop-ana',
      request_id: 3,
      domain_id: desktop,
      read_at: minutesAgo(50),
    }),
    newMessage({
      id: 2,
      user: 2,
      at: minutesAgo(47),
      domain_name: 'debian-desktop-ana',
      request_id: 4,
      domain_id: desktop,
    }),
    newMessage({
      id: 3,
      user: 1,
      at: minutesAgo(24),
      text: 'Its disk image is gone from the pool. Restore maths-admin.qcow2 there and start it again.',
      request_id: 5,
      domain_name: 'maths-admin',
      error_code: 'disk_missing',
      domain_id: broker.find('maths-admin').id,
      state: 'failed',
    }),
    ownMessage({
      id: 4,
      user: 2,
      at: minutesAgo(30),
      kind: 'desktop_ended',
      domain_name: 'networks-lab-ana',
      domain_id: broker.find('networks-lab-ana').id,
      data: { reason: 'start_limit', hibernated: true, limit: 1 },
      read_at: minutesAgo(20),
    }),
  );
}
