/** Lists of people and of groups' members: lines of a name, or of a name and a group. */
import type { GroupChange, MemberLine, UploadLine } from '../src/api/types';
import type { MockBroker } from './broker';
import { newGroup, nextId } from './people';
import type { Call, Routes } from './routes';
import { account, ok, type Answer } from './things';

export const uploadRoutes: Routes = {
  // the list itself has the place of a key
  'POST users/:id': uploadUsers,
  'POST groups/:id': uploadMembers,
};

/** The lines below the head, each with its number and its fields. */
function written(text: unknown): [number, string, string][] {
  return String(text)
    .split(/\r?\n/)
    .flatMap((line, i): [number, string, string][] => {
      const [name = '', group = ''] = line.split(',').map((field) => field.trim());
      return name === 'name' || name + group === '' ? [] : [[i + 1, name, group]];
    });
}

function uploadUsers(broker: MockBroker, { fields, query }: Call): Answer {
  const isDone = query.get('dry_run') !== 'true';
  const lines = written(fields.text).map(([line, name]): UploadLine => {
    const about = { line, name, problem: null, password: null };
    if (/\s/.test(name)) {
      return { ...about, outcome: 'refused', problem: 'A sign-in name has no spaces.' };
    }
    if (broker.accounts.some((a) => a.name === name)) return { ...about, outcome: 'there' };
    return { ...about, outcome: 'made', password: isDone ? `made-up-for-${name}` : null };
  });
  if (isDone) {
    for (const { name } of lines.filter(({ outcome }) => outcome === 'made')) {
      broker.accounts.push(account(nextId(broker.accounts), name ?? '', name ?? '', false));
    }
  }
  return ok({ is_done: isDone, lines });
}

function uploadMembers(broker: MockBroker, { fields, query }: Call): Answer {
  const isDone = query.get('dry_run') !== 'true';
  const usual = broker.groups.find(({ id }) => String(id) === query.get('group'))?.name ?? '';
  const lines: MemberLine[] = [];
  const meant = new Map<string, Set<number>>();
  for (const [line, name, said] of written(fields.text)) {
    const group = said || usual;
    const one = broker.accounts.find((a) => a.name === name);
    const members = meant.get(group) ?? new Set();
    meant.set(group, members);
    const about = { line, name: name || null, group, problem: null };
    if (name !== '' && one === undefined) {
      lines.push({ ...about, outcome: 'refused', problem: `There is no user ${name}.` });
      continue;
    }
    if (one !== undefined) members.add(one.id);
    const isIn = one !== undefined && membersOf(broker, group).has(one.id);
    lines.push({ ...about, outcome: one === undefined || isIn ? 'there' : 'added' });
  }
  const groups = [...meant].map(([name, members]) => change(broker, name, members, query));
  if (isDone) for (const one of groups) write(broker, one, meant.get(one.name) ?? new Set(), query);
  return ok({ is_done: isDone, lines, groups });
}

function membersOf({ groups }: MockBroker, name: string): ReadonlySet<number> {
  return groups.find((group) => group.name === name)?.members ?? new Set();
}

function change(
  broker: MockBroker,
  name: string,
  meant: ReadonlySet<number>,
  query: URLSearchParams,
): GroupChange {
  const before = membersOf(broker, name);
  const after = query.get('flush') === 'true' ? meant : new Set([...before, ...meant]);
  const namesOf = (ids: readonly number[]) =>
    broker.accounts.filter(({ id }) => ids.includes(id)).map((a) => a.name);
  return {
    name,
    is_made: !broker.groups.some((group) => group.name === name),
    is_removed: query.get('remove_empty') === 'true' && after.size === 0,
    members: after.size,
    added: namesOf([...after].filter((id) => !before.has(id))),
    removed: namesOf([...before].filter((id) => !after.has(id))),
  };
}

function write(
  broker: MockBroker,
  { name, is_made, is_removed }: GroupChange,
  meant: ReadonlySet<number>,
  query: URLSearchParams,
): void {
  if (is_made) broker.groups.push(newGroup({ id: nextId(broker.groups), name }));
  const group = broker.groups.find((one) => one.name === name);
  if (group === undefined) return;
  group.members =
    query.get('flush') === 'true' ? new Set(meant) : new Set([...group.members, ...meant]);
  if (is_removed) broker.groups = broker.groups.filter((one) => one !== group);
}
