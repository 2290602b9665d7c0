/** Accounts and groups, what they may do and how much they may have. */
import type {
  GroupGrant,
  LimitSet,
  Reach,
  User,
  UserGrant,
  UserGroup,
  UserSignIn,
} from '../src/api/types';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import {
  account,
  listed,
  minutesAgo,
  now,
  ok,
  problem,
  uuid,
  type Account,
  type Answer,
} from './things';

type Grant = UserGrant['grant'];
type Given = Partial<Record<Grant, Reach>>;

export interface MockGroup extends Omit<UserGroup, 'members'> {
  /** Keys of accounts. */
  members: Set<number>;
  grants: Given;
  limits: LimitSet;
}

/** What is known of an account beyond what its session tells. */
export interface MockPerson {
  fields: Partial<User>;
  grants: Given;
  limits: LimitSet;
  signIn: UserSignIn;
}

const aboutMachines: Partial<Record<Grant, Reach>> = {
  clone: 'own',
  view: 'own',
  start: 'own',
  shutdown: 'own',
  reboot: 'own',
  hibernate: 'own',
  screenshot: 'own',
  remove: 'own',
  change_settings: 'own',
  change_hardware: 'none',
  rename: 'none',
  change_owner: 'none',
  share: 'own',
  create_base: 'none',
  create_machine: 'none',
};
const inGeneral: Partial<Record<Grant, Reach>> = {
  ping: 'all',
  book: 'none',
  start_many: 'none',
  manage_users: 'none',
  view_groups: 'none',
  manage_groups: 'none',
  grant: 'none',
  read_audit: 'none',
  operate: 'none',
};
const defaults = { ...aboutMachines, ...inGeneral } as Record<Grant, Reach>;
const all = Object.keys(defaults) as Grant[];
const reaches: readonly Reach[] = ['none', 'own', 'clones', 'all_clones', 'all'];
const nothing = { start_limit: null, clone_limit: null, disk_gib: null, memory_gib: null };

export const peopleRoutes: Routes = {
  'GET users': ({ accounts, people }, { query }) => {
    const shown = accounts.map((one) => shownUser(people, one));
    const is = (name: string, value: unknown) =>
      (query.get(name) ?? String(value)) === String(value);
    return page(
      shown.filter(
        (user) =>
          is('source', user.source) &&
          is('admin', user.is_admin) &&
          is('disabled', user.is_disabled),
      ),
      query,
    );
  },
  'POST users': (broker, { fields }) => {
    const name = String(fields.name);
    if (broker.accounts.some((a) => a.name === name)) {
      return problem(409, 'name_taken', `There is already an account called ${name}.`);
    }
    const shown = typeof fields.display_name === 'string' ? fields.display_name : '';
    const made = account(nextId(broker.accounts), name, shown || name, fields.is_admin === true);
    broker.accounts.push({ ...made, password: String(fields.password) });
    return { status: 201, body: shownUser(broker.people, made) };
  },
  'GET users/:id': aboutUser((broker, one) =>
    ok({
      user: shownUser(broker.people, one),
      groups: broker.groups
        .filter(({ members }) => members.has(one.id))
        .map(({ id, name }) => ({ id, name })),
      machines: broker.domains
        .filter(({ owner }) => owner.id === one.id)
        .map(({ id, name }) => ({ id, name })),
    }),
  ),
  'PUT users/:id/admin': changeUser((one, fields) => {
    one.is_admin = fields.is_admin === true;
    return {};
  }),
  'PUT users/:id/disabled': changeUser((_, fields) => ({
    is_disabled: fields.is_disabled === true,
  })),
  'PUT users/:id/display-name': changeUser((one, fields) => {
    one.display_name = String(fields.display_name);
    return {};
  }),
  'PUT users/:id/password': changeUser((one, fields) => {
    one.password = String(fields.password);
    one.must_change_password = fields.must_change_password === true;
    return {};
  }),
  'PUT users/:id/expiry': changeUser((_, fields) => ({
    expires_at: fields.expires_at as string | null,
  })),
  'POST users/:id/unlock': changeUser(() => ({ is_locked: false })),
  'GET users/:id/grants': aboutUser((broker, one) =>
    ok({ grants: grantsOf(broker, one, mostOf(broker)) }),
  ),
  'PUT users/:id/grants': aboutUser(setGrant),
  'DELETE users/:id/grants': aboutUser(setGrant),
  'GET users/:id/limits': aboutUser((broker, one) => ok(limitsOf(broker, one))),
  'PUT users/:id/limits': aboutUser((broker, one, { fields }) => {
    personOf(broker.people, one.id).limits = fields;
    return ok(limitsOf(broker, one));
  }),
  'GET users/:id/sign-in': aboutUser(({ people }, one) => ok(personOf(people, one.id).signIn)),
  'DELETE users/:id/sessions': endSignIn((signIn, name) => ({
    sessions: name === '' ? [] : signIn.sessions.filter(({ id }) => id !== name),
  })),
  'DELETE users/:id/tokens': endSignIn((signIn, name) => ({
    tokens: signIn.tokens.filter(({ id }) => String(id) !== name),
  })),
  'DELETE users/:id/second-factor': endSignIn(() => ({ second_factor_since: null })),
  'GET groups': ({ groups }) => ok({ groups: groups.map(shownGroup) }),
  'POST groups': (broker, { fields }) => {
    const made = newGroup({
      id: nextId(broker.groups),
      name: String(fields.name),
      source: (fields.source as UserGroup['source'] | undefined) ?? 'local',
      external_id: (fields.external_id as string | undefined) ?? null,
      description: (fields.description as string | null | undefined) ?? null,
    });
    if (broker.groups.some(({ name }) => name === made.name)) {
      return problem(409, 'name_taken', `There is already a group called ${made.name}.`);
    }
    broker.groups.push(made);
    return { status: 201, body: shownGroup(made) };
  },
  'GET groups/:id': aboutGroup((_, group) => ok(shownGroup(group))),
  'DELETE groups/:id': aboutGroup((broker, group) => {
    broker.groups = broker.groups.filter(({ id }) => id !== group.id);
    return { status: 204 };
  }),
  'PUT groups/:id/description': aboutGroup((_, group, { fields }) => {
    group.description = (fields.description as string | null) ?? null;
    return ok(shownGroup(group));
  }),
  'GET groups/:id/members': aboutGroup(({ accounts, people }, { members }, { query }) =>
    page(
      accounts.filter(({ id }) => members.has(id)).map((one) => shownUser(people, one)),
      query,
    ),
  ),
  'PUT groups/:id/members': aboutGroup((_, group, { name }) => {
    group.members.add(Number(name));
    return ok(shownGroup(group));
  }),
  'DELETE groups/:id/members': aboutGroup((_, group, { name }) => {
    group.members.delete(Number(name));
    return ok(shownGroup(group));
  }),
  'GET groups/:id/grants': aboutGroup((broker, group) =>
    ok({ grants: groupGrantsOf(broker, group) }),
  ),
  'PUT groups/:id/grants': aboutGroup(setGroupGrant),
  'DELETE groups/:id/grants': aboutGroup(setGroupGrant),
  'GET groups/:id/limits': aboutGroup((_, { limits }) => ok(limits)),
  'PUT groups/:id/limits': aboutGroup((_, group, { fields }) => {
    group.limits = fields;
    return ok(group.limits);
  }),
  // the directory's own groups
  'GET directory/:id': (_, { query }) =>
    ok({
      groups: [
        {
          dn: 'cn=chemistry,ou=groups,dc=example,dc=org',
          name: 'chemistry',
          description: 'Chemists',
        },
        { dn: 'cn=physics,ou=groups,dc=example,dc=org', name: 'physics', description: null },
      ].filter(({ name }) => name.includes(query.get('text') ?? '')),
      is_more: false,
    }),
};

/** How far somebody has each grant, as his session tells. */
export function reachOf({ accounts, people, groups }: MockBroker, id: number) {
  const one = accounts.find((a) => a.id === id);
  if (one === undefined) return {};
  const held = grantsOf({ people, groups }, one);
  return Object.fromEntries<Reach>(
    held.filter(({ reach }) => reach !== 'none').map(({ grant, reach }) => [grant, reach]),
  );
}

export function nextId(all: readonly { id: number }[]): number {
  return Math.max(0, ...all.map(({ id }) => id)) + 1;
}

export function personOf(people: Map<number, MockPerson>, id: number): MockPerson {
  const known = people.get(id);
  if (known !== undefined) return known;
  const made = { fields: {}, grants: {}, limits: nothing, signIn: seededSignIn() };
  people.set(id, made);
  return made;
}

function shownUser(people: Map<number, MockPerson>, one: Account): User {
  return { ...listed(one), ...personOf(people, one.id).fields };
}

function page(users: readonly User[], query: URLSearchParams): Answer {
  const text = query.get('q')?.toLowerCase() ?? '';
  const found = users
    .filter(({ name, display_name }) => `${name}\n${display_name}`.toLowerCase().includes(text))
    .sort((a, b) => a.name.localeCompare(b.name));
  const skip = Number(query.get('skip') ?? 0);
  const limit = Number(query.get('limit') ?? 100);
  return ok({ users: found.slice(skip, skip + limit), total: found.length });
}

function aboutUser(act: (broker: MockBroker, one: Account, call: Call) => Answer) {
  return (broker: MockBroker, call: Call): Answer => {
    const one = broker.accounts.find(({ id }) => String(id) === call.id);
    return one
      ? act(broker, one, call)
      : problem(404, 'unknown_user', `There is no user ${call.id}.`);
  };
}

function changeUser(fields: (one: Account, fields: Record<string, unknown>) => Partial<User>) {
  return aboutUser((broker, one, call) => {
    const before = { ...one };
    Object.assign(personOf(broker.people, one.id).fields, fields(one, call.fields));
    const users = broker.accounts.map((a) => shownUser(broker.people, a));
    if (!users.some((user) => user.is_admin && !user.is_disabled)) {
      Object.assign(one, before);
      personOf(broker.people, one.id).fields.is_disabled = false;
      return problem(409, 'last_admin', `${one.name} is the last administrator who can sign in.`);
    }
    return ok(shownUser(broker.people, one));
  });
}

function endSignIn(change: (signIn: UserSignIn, name: string) => Partial<UserSignIn>) {
  return aboutUser(({ people }, one, { name }) => {
    const person = personOf(people, one.id);
    person.signIn = { ...person.signIn, ...change(person.signIn, name) };
    return { status: 204 };
  });
}

function grantsOf(
  { people, groups }: Pick<MockBroker, 'people' | 'groups'>,
  one: Account,
  most: (grant: Grant) => Reach = () => 'none',
): UserGrant[] {
  const own = personOf(people, one.id).grants;
  const his = groups.filter(({ members }) => members.has(one.id));
  return all.map((grant) => {
    const given = his
      .flatMap(({ name, grants }) => (grants[grant] ? [{ group: name, reach: grants[grant] }] : []))
      .sort((a, b) => reaches.indexOf(b.reach) - reaches.indexOf(a.reach));
    const set = own[grant] ?? null;
    const [best] = given;
    return {
      grant,
      is_about_machines: grant in aboutMachines,
      reach: one.is_admin ? 'all' : (set ?? best?.reach ?? defaults[grant]),
      source: one.is_admin ? 'admin' : set !== null ? 'own' : best ? 'group' : 'everybody',
      group: !one.is_admin && set === null ? (best?.group ?? null) : null,
      own: set,
      groups: given,
      default: defaults[grant],
      most: most(grant),
    };
  });
}

/** As far as whoever asks has it himself. */
function mostOf(broker: MockBroker): (grant: Grant) => Reach {
  const held = broker.user === null ? {} : reachOf(broker, broker.user.id);
  return (grant) => held[grant] ?? 'none';
}

function setGrant(broker: MockBroker, one: Account, { name, fields }: Call): Answer {
  const { grants } = personOf(broker.people, one.id);
  if (fields.reach === undefined) Reflect.deleteProperty(grants, name);
  else grants[name as Grant] = fields.reach as Reach;
  return ok({ grants: grantsOf(broker, one, mostOf(broker)) });
}

function aboutGroup(act: (broker: MockBroker, group: MockGroup, call: Call) => Answer) {
  return (broker: MockBroker, call: Call): Answer => {
    const group = broker.groups.find(({ id }) => String(id) === call.id);
    return group
      ? act(broker, group, call)
      : problem(404, 'unknown_group', `There is no group ${call.id}.`);
  };
}

function groupGrantsOf(broker: MockBroker, { grants }: MockGroup): GroupGrant[] {
  const most = mostOf(broker);
  return all.map((grant) => ({
    grant,
    is_about_machines: grant in aboutMachines,
    reach: grants[grant] ?? null,
    default: defaults[grant],
    most: most(grant),
  }));
}

function setGroupGrant(broker: MockBroker, group: MockGroup, { name, fields }: Call): Answer {
  if (fields.reach === undefined) Reflect.deleteProperty(group.grants, name);
  else group.grants[name as Grant] = fields.reach as Reach;
  return ok({ grants: groupGrantsOf(broker, group) });
}

function limitsOf({ people, domains }: MockBroker, { id }: Account) {
  const own = personOf(people, id).limits;
  const his = domains.filter(({ owner }) => owner.id === id);
  const limit = (said: number | null | undefined, usual: number, used: number) => ({
    most: said ?? usual,
    source: said == null ? 'everybody' : 'own',
    used,
  });
  return {
    start_limit: limit(own.start_limit, 1, his.filter((d) => d.state === 'active').length),
    clone_limit: limit(own.clone_limit, 0, his.filter((d) => d.base_id !== null).length),
    disk_gib: limit(own.disk_gib, 0, 12.5),
    memory_gib: limit(own.memory_gib, 0, 1),
    own,
  };
}

function shownGroup(group: MockGroup): UserGroup {
  const { id, name, source, external_id, description, created_at, members } = group;
  return { id, name, source, external_id, description, created_at, members: members.size };
}

export function newGroup(fields: Partial<MockGroup> & { id: number; name: string }): MockGroup {
  return {
    source: 'local',
    external_id: null,
    description: null,
    created_at: now(),
    members: new Set(),
    grants: {},
    limits: nothing,
    ...fields,
  };
}

export function seededGroups(): MockGroup[] {
  return [
    newGroup({
      id: 1,
      name: 'teachers',
      description: 'May start the desktops of their courses.',
      grants: { create_base: 'own', start: 'clones', book: 'all' },
      created_at: minutesAgo(40_000),
    }),
    newGroup({
      id: 2,
      name: 'physics',
      source: 'ldap',
      external_id: 'cn=physics,ou=groups,dc=example,dc=org',
      members: new Set([2]),
      grants: { change_hardware: 'own' },
      created_at: minutesAgo(30_000),
    }),
  ];
}

function seededSignIn(): UserSignIn {
  return {
    expires_at: null,
    password_set_at: minutesAgo(9000),
    is_locked: false,
    failed_sign_ins: 0,
    second_factor_since: minutesAgo(5000),
    sessions: [
      {
        id: uuid(901),
        proof: 'password',
        address: '192.0.2.80',
        user_agent: 'Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0',
        created_at: minutesAgo(120),
        seen_at: minutesAgo(2),
        expires_at: minutesAgo(-600),
        is_this: false,
      },
    ],
    tokens: [
      {
        id: 7,
        name: 'backup script',
        prefix: 'brk_ab12',
        scopes: ['read'],
        created_at: minutesAgo(9000),
        expires_at: minutesAgo(-90_000),
        last_used_at: minutesAgo(700),
        last_used_from: '192.0.2.9',
      },
    ],
  };
}
