/** Machines, as lists of them and as cards. */
import type { Desktop, Domain, Request } from '../src/api/types';
import { beyondLimit } from './account';
import type { MockBroker } from './broker';
import { hardwareOf } from './hardware';
import type { Call, Routes } from './routes';
import {
  hasScreen,
  historyOf,
  isPending,
  ok,
  poolOf,
  problem,
  settingsOf,
  textOrNull,
  type Account,
  type Answer,
} from './things';
import { write } from './work';

export const domainRoutes: Routes = {
  'GET desktops': (broker, { user }) => ok({ desktops: desktops(broker, user) }),
  'POST bases/:id/open': open,
  'GET domains': (broker) => ok({ domains: broker.visible().map((d) => broker.shown(d)) }),
  'GET domains/:id': about((broker, domain) => ok(broker.shown(domain))),
  'GET domains/:id/hardware': about((broker, domain, { user }) =>
    ok(hardwareOf(domain, broker.hardware, user.is_admin)),
  ),
  'GET domains/:id/history': about((broker, domain) => ok(historyOf(domain, broker.requests))),
  'PUT domains/:id/published': change((_, { fields }) => ({
    is_public: fields.is_public === true,
  })),
  'PUT domains/:id/clones': change((_, { fields }) => ({
    volatile_clones: fields.volatile === true,
  })),
  'PUT domains/:id/shares': about(share),
  'DELETE domains/:id/shares': about(share),
  'PUT domains/:id/pool': change((domain, { fields }) => ({ pool: poolOf(domain, fields) })),
  'PUT domains/:id/description': change((_, { fields }) => ({
    alias: textOrNull(fields.alias),
    description: textOrNull(fields.description),
  })),
  'PATCH domains/:id/settings': change((domain, { fields }) => ({
    settings: settingsOf(domain, fields),
  })),
  'POST domains/:id/display-ticket': about((_, domain) =>
    hasScreen(domain)
      ? {
          status: 201,
          body: {
            ticket: `mock-${domain.id}`,
            url: '/api/display',
            protocol: 'vnc',
            expires_at: new Date(Date.now() + 30_000).toISOString(),
          },
        }
      : problem(409, 'not_running', "The desktop isn't running."),
  ),
};

/** An answer about one machine, for those who see it. */
export function about(act: (broker: MockBroker, domain: Domain, call: Call) => Answer) {
  return (broker: MockBroker, call: Call): Answer => {
    const domain = broker.visible().find((d) => d.id === call.id);
    return domain
      ? act(broker, domain, call)
      : problem(404, 'not_found', 'There is no such machine.');
  };
}

function change(fields: (domain: Domain, call: Call) => Partial<Domain>) {
  return about((broker, domain, call) => {
    broker.change(domain, fields(domain, call));
    return ok(broker.shown(domain));
  });
}

function share(broker: MockBroker, domain: Domain, { method, name }: Call): Answer {
  const person = broker.accounts.find((a) => a.name === name);
  if (!person) return problem(404, 'unknown_user', `There is no user called ${name}.`);
  const others = domain.shared_with.filter(({ id }) => id !== person.id);
  const added = method === 'PUT' ? [{ id: person.id, name: person.name }] : [];
  broker.change(domain, { shared_with: [...others, ...added] });
  return ok(broker.shown(domain));
}

function desktops(broker: MockBroker, user: Account): Desktop[] {
  const bases = broker.domains.filter((d) => d.is_base && d.is_public);
  const own = broker.domains.filter((d) => !d.is_base && d.owner.id === user.id);
  return [
    ...bases.map((base) => {
      const domain = own.find((d) => d.base_id === base.id);
      return {
        base: {
          id: base.id,
          name: base.name,
          alias: base.alias,
          description: base.description,
          picture_url: null,
          is_public: true,
          volatile_clones: base.volatile_clones,
        },
        domain: domain ? broker.shown(domain) : null,
        shared_by: null,
      };
    }),
    ...own
      .filter((d) => d.base_id === null)
      .map((domain) => ({ base: null, domain: broker.shown(domain), shared_by: null })),
    ...broker.domains
      .filter((d) => d.shared_with.some(({ id }) => id === user.id))
      .map((domain) => ({ base: null, domain: broker.shown(domain), shared_by: domain.owner })),
  ];
}

function open(broker: MockBroker, { id: base, user: owner, query }: Call): Answer {
  const parent = broker.domains.find((d) => d.id === base && d.is_base);
  if (!parent) return problem(404, 'not_found', 'There is no such base.');
  const requests: Request[] = [];
  let domain = broker.domains.find((d) => d.base_id === base && d.owner.id === owner.id);
  const refusal = beyondLimit(broker, domain, query.get('confirm') === 'true');
  if (refusal !== null) return refusal;
  if (!domain) {
    domain = broker.addClone(parent, owner);
    requests.push(write(broker, 'clone', domain, { base, domain: domain.id }));
  } else {
    const own = domain.id;
    requests.push(...broker.requests.filter((r) => r.domain_id === own && isPending(r)));
  }
  if (!hasScreen(domain) && !requests.some((r) => r.command === 'start_domain')) {
    const after = requests.at(-1)?.id ?? null;
    requests.push(write(broker, 'start_domain', domain, { domain: domain.id }, after));
  }
  return { status: 202, body: { domain: broker.shown(domain), requests } };
}
