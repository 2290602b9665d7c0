/** What is asked of the back end: commands, what became of them. */
import type { Domain, Request } from '../src/api/types';
import { beyondLimit } from './account';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import {
  command,
  isPending,
  may,
  now,
  ok,
  problem,
  requestsOf,
  textOrNull,
  told,
  type Account,
  type Answer,
} from './things';
import { tell, write } from './work';

export const requestRoutes: Routes = {
  'GET requests': (broker, { user, query }) =>
    ok({ requests: requestsOf(broker.requests, user, query) }),
  'GET requests/:id': about((broker, request) => ok(told(request, broker.requests))),
  'POST requests': (broker, { user, fields }) => {
    const args = fields.args as Record<string, unknown>;
    const domain = broker.domains.find((d) => d.id === args.domain);
    const refusal =
      fields.command === 'start_domain' ? beyondLimit(broker, domain, fields.confirm) : null;
    return refusal ?? ask(broker, user, String(fields.command), args);
  },
  'POST requests/:id/retry': about((broker, request, { user }) =>
    request.state === 'failed' || request.state === 'cancelled'
      ? ask(broker, user, request.command, request.args as Record<string, unknown>)
      : problem(409, 'not_ended_badly', 'It did not end badly.'),
  ),
  'DELETE requests/:id': about(cancel),
  'GET commands': (broker) =>
    ok({ commands: [...new Set(broker.requests.map((r) => r.command))].map(command) }),
};

/** What is asked for with more than the machine. */
const unoffered = [
  'rebase_domain',
  'rebase_clones',
  'add_disk',
  'grow_disk',
  'remove_disk',
  'change_cd',
  'move_volume',
  'take_snapshot',
  'revert_snapshot',
  'remove_snapshot',
];

/** What is about no machine. */
const aboutNone = [
  'remove_user',
  'restore_backup',
  'remove_backup',
  'discover_domains',
  'list_unused_volumes',
  'remove_unused_volumes',
];

function about(act: (broker: MockBroker, request: Request, call: Call) => Answer) {
  return (broker: MockBroker, call: Call): Answer => {
    const request = broker.requests.find((r) => r.id === Number(call.id));
    const mine = call.user.is_admin || request?.user?.id === call.user.id;
    return request && mine
      ? act(broker, request, call)
      : problem(404, 'not_found', 'There is no such request.');
  };
}

function cancel(broker: MockBroker, request: Request): Answer {
  if (!isPending(request)) return problem(409, 'ended', 'It has ended already.');
  tell(broker, request, { cancel_asked_at: now() });
  if (request.state !== 'working') {
    setTimeout(() => {
      tell(broker, request, { state: 'cancelled', ended_at: now() });
    }, broker.stepMs / 4);
  }
  return ok(told(request, broker.requests));
}

type Args = Record<string, unknown>;

/** Those that make machines; null where there is nothing to make them from. */
const makers: Partial<
  Record<string, (broker: MockBroker, user: Account, args: Args) => Domain | null>
> = {
  import_domain: (broker, _, args) =>
    broker.add({
      name: String(args.name),
      alias: textOrNull(args.alias),
      description: textOrNull(args.description),
      state: 'creating',
      memory_kib: Number(args.memory_mib) * 1024,
      vcpus: Number(args.vcpus),
    }),
  adopt_domain: (broker, user, args) => {
    broker.unknown = broker.unknown.filter(({ id }) => id !== args.machine);
    return broker.add({ name: String(args.name), owner: { id: user.id, name: user.name } });
  },
  clone_base: (broker, user, args) => {
    const parent = broker.domains.find((d) => d.id === args.base);
    if (!parent) return null;
    const names = (args.users as string[] | undefined) ?? [];
    for (let i = 1; i <= Number(args.number ?? 0); i++)
      broker.addClone(parent, user, `${parent.name}-${i}`);
    for (const owner of broker.accounts.filter((a) => names.includes(a.name)))
      broker.addClone(parent, owner);
    return parent;
  },
  clone: (broker, user, args) => {
    const parent = broker.domains.find((d) => d.id === args.base);
    const owner = broker.accounts.find((a) => a.id === (args.owner ?? user.id));
    return parent && owner ? broker.addClone(parent, owner, args.name) : null;
  },
  copy_domain: (broker, user, args) => {
    const source = broker.visible().find((d) => d.id === args.source);
    if (!source) return null;
    const { alias, base_id, base_name, memory_kib, vcpus } = source;
    return broker.add({
      ...{ alias, base_id, base_name, memory_kib, vcpus, state: 'creating' },
      name: textOrNull(args.name) ?? `${source.name}-2`,
      owner: { id: user.id, name: user.name },
    });
  },
};

function ask(broker: MockBroker, user: Account, word: string, args: Args): Answer {
  const accepted = (domain: Domain | null) => ({
    status: 202,
    body: told(write(broker, word, domain, args), broker.requests),
  });
  const make = makers[word];
  if (make !== undefined) {
    if (broker.domains.some((d) => d.name === args.name)) {
      const taken = `There is a machine called ${String(args.name)} already.`;
      return problem(400, 'bad_arguments', '', [taken]);
    }
    const made = make(broker, user, args);
    return made === null
      ? problem(404, 'unknown_domain', 'There is no such machine.')
      : accepted(made);
  }
  if (aboutNone.includes(word)) return accepted(null);
  const domain = broker.visible().find((d) => d.id === args.domain);
  if (!domain) return problem(404, 'not_found', 'There is no such machine.');
  return [...may(domain, user.is_admin), ...unoffered].includes(word)
    ? accepted(domain)
    : problem(403, 'not_allowed', `${domain.name} can't do that now.`);
}
