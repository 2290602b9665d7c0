/** Who may have a desktop of a base: as much of the rules as the portal shows. */
import type { AccessReason, AccessRule, AccessRuleForm, Domain } from '../src/api/types';
import type { MockBroker } from './broker';
import { closedFrom } from './clientNetworks';
import { about } from './domains';
import type { Call, Routes } from './routes';
import { ok, problem, type Account, type Answer } from './things';

export interface MockRules {
  version: number;
  people: AccessRule[];
  clients: AccessRule[];
}

const headers = ['User-Agent', 'Accept', 'Accept-Language', 'Accept-Encoding', 'Accept-Charset'];

export const accessRoutes: Routes = {
  'GET bases/:id/access': about((broker, base, call) => {
    switch (call.name) {
      case 'who':
        return ok({
          people: who(broker, base, call.query.get('q') ?? ''),
          next: null,
          closed_from: closedFrom(broker, base),
        });
      case 'explain':
        return explain(broker, base, call);
      case 'attributes':
        return ok({
          attributes: [
            { name: 'department', people: 3, values: [{ value: 'physics', people: 2 }] },
          ],
        });
      default:
        return ok(shown(base, rulesOf(broker, base)));
    }
  }),
  'PUT bases/:id/access': about(put),
};

function rulesOf(broker: MockBroker, base: Domain): MockRules {
  return broker.access.get(base.id) ?? { version: 0, people: [], clients: [] };
}

function shown(base: Domain, { version, people, clients }: MockRules) {
  const isMixed = people.some((r) => r.allowed) && people.some((r) => !r.allowed);
  const warnings =
    isMixed && people.at(-1)?.kind !== 'everybody'
      ? ['Whoever no rule is about is allowed. Add a default that says what is meant.']
      : [];
  return { version: `v${version}`, is_public: base.is_public, people, clients, warnings, headers };
}

function put(broker: MockBroker, base: Domain, { fields }: Call): Answer {
  const before = rulesOf(broker, base);
  if (fields.version !== `v${before.version}`) {
    return problem(409, 'changed_meanwhile', 'Somebody else has changed the access rules.');
  }
  const people = (fields.people as AccessRuleForm[]).map((form) => rule(broker, form));
  const clients = (fields.clients as AccessRuleForm[]).map((form) => rule(broker, form));
  const missing = people.find(({ kind, id }) => (kind === 'group' || kind === 'user') && !id);
  if (missing) {
    const said = `There is no ${missing.kind} called ${missing.name}.`;
    return problem(400, 'bad_arguments', said, [said]);
  }
  if (clients.length > 0 && clients.at(-1)?.kind !== 'everybody') {
    clients.push(rule(broker, { kind: 'everybody', allowed: false, last: false }));
  }
  const rules = { version: before.version + 1, people, clients };
  broker.access.set(base.id, rules);
  return ok(shown(base, rules));
}

function rule(broker: MockBroker, form: AccessRuleForm): AccessRule {
  const things: readonly { id: number; name: string }[] =
    form.kind === 'group' ? broker.groups : form.kind === 'user' ? broker.accounts : [];
  const meant = things.find(({ id, name }) => id === form.id || name === form.name);
  const name = meant?.name ?? form.name ?? null;
  const id = meant?.id ?? form.id ?? null;
  const { kind, allowed, value = null, last } = form;
  return { kind, name, value, id, allowed, last, text: textOf({ kind, name, value }) };
}

function textOf({ kind, name, value }: Pick<AccessRule, 'kind' | 'name' | 'value'>): string {
  if (kind === 'everybody') return 'default';
  return kind === 'group' || kind === 'user' ? `${kind} ${name}` : `${name} = ${value}`;
}

function reasonsOf(broker: MockBroker, base: Domain, person: Account): AccessReason[] {
  if (person.is_admin) {
    return [{ step: 'exemption', is_allowed: true, text: 'allowed: he is an administrator' }];
  }
  const { people } = rulesOf(broker, base);
  const isAbout = (r: AccessRule) =>
    r.kind === 'everybody' ||
    (r.kind === 'user' && r.id === person.id) ||
    (r.kind === 'group' && broker.groups.some((g) => g.id === r.id && g.members.has(person.id)));
  const at = people.findIndex(isAbout);
  const decides = people[at];
  const isAllowed = decides?.allowed ?? (people.length === 0 || people.some((r) => !r.allowed));
  return [
    { step: 'grant', is_allowed: true, text: 'allowed: to make desktops (everybody)' },
    {
      step: 'published',
      is_allowed: base.is_public,
      text: base.is_public ? 'allowed: the base is published' : 'denied: the base is not published',
    },
    {
      step: 'people',
      is_allowed: isAllowed,
      text: `${isAllowed ? 'allowed' : 'denied'}: ${
        decides ? `rule ${at + 1}, ${decides.text}` : 'no rule is about him'
      }`,
    },
    { step: 'clients', is_allowed: true, text: 'allowed: there are no rules' },
    { step: 'network', is_allowed: true, text: 'allowed: where he is is not known' },
  ];
}

function who(broker: MockBroker, base: Domain, text: string) {
  return broker.accounts
    .filter(({ name, display_name }) => `${name} ${display_name}`.toLowerCase().includes(text))
    .map((person) => ({ person, reasons: reasonsOf(broker, base, person) }))
    .filter(({ reasons }) => reasons.every(({ is_allowed }) => is_allowed))
    .map(({ person: { id, name, display_name }, reasons }) => ({
      id,
      name,
      display_name,
      why: reasons.find(({ step }) => step === 'people' || step === 'exemption')?.text ?? '',
    }));
}

function explain(broker: MockBroker, base: Domain, { query }: Call): Answer {
  const name = query.get('user') ?? '';
  const person = broker.accounts.find((a) => a.name === name);
  if (!person) return problem(404, 'unknown_user', `There is no user called ${name}.`);
  const reasons = reasonsOf(broker, base, person);
  const { facts_at, source } = person;
  return ok({
    user: name,
    is_allowed: reasons.every((r) => r.is_allowed),
    reasons,
    facts_at,
    facts_are_old: source === 'ldap' && broker.isDirectoryDown,
  });
}
