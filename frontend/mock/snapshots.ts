/** Snapshots of machines. */
import type { Domain, Snapshot } from '../src/api/types';
import type { MockBroker } from './broker';
import { about } from './domains';
import type { Routes } from './routes';
import { minutesAgo, now, ok, textOrNull, uuid, type Answer } from './things';

const limit = 3;

export const snapshotRoutes: Routes = {
  'GET domains/:id/snapshots': about((broker, domain) => answer(broker, domain)),
  'PUT domains/:id/snapshots': about((broker, domain, { name: id, fields }) => {
    for (const one of snapshotsOf(broker, domain)) {
      if (one.id !== id) continue;
      one.name = String(fields.name);
      one.description = textOrNull(fields.description);
    }
    return answer(broker, domain);
  }),
};

function answer(broker: MockBroker, domain: Domain): Answer {
  return ok({ snapshots: snapshotsOf(broker, domain), limit });
}

function snapshotsOf({ snapshots }: MockBroker, { id }: Domain): Snapshot[] {
  return snapshots.get(id) ?? [];
}

export function snapshot(fields: Partial<Snapshot> & { name: string }): Snapshot {
  return {
    id: uuid(7000 + fields.name.length),
    description: null,
    taken_at: now(),
    taken_by: 'ana',
    size_bytes: 2_100_000_000,
    is_whole: true,
    ...fields,
  };
}

export function seededSnapshots(): Snapshot[] {
  const description = 'All routers answer; before the exercise on routing tables.';
  return [
    snapshot({ name: 'As I got it', taken_at: minutesAgo(9000) }),
    snapshot({ name: 'Exercise 3 works', taken_at: minutesAgo(1700), description }),
  ];
}

/** What a command about snapshots leaves behind. */
export function changeSnapshots(
  broker: MockBroker,
  domain: Domain,
  word: string,
  args: Record<string, unknown>,
): void {
  const all = snapshotsOf(broker, domain);
  if (word === 'take_snapshot') {
    const name = textOrNull(args.name) ?? now().slice(0, 16);
    const description = textOrNull(args.description);
    broker.snapshots.set(domain.id, [...all, snapshot({ name, description })]);
  }
  if (word === 'remove_snapshot') {
    broker.snapshots.set(
      domain.id,
      all.filter(({ id }) => id !== args.snapshot),
    );
  }
  if (word === 'revert_snapshot') broker.setState(domain, 'shutdown');
  else broker.change(domain, {});
}
