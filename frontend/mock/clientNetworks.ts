/** Where people sit, and what they may use from there. */
import type { ClientNetwork, Domain } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import { ok, problem, type Answer } from './things';

const here = '192.0.2.7';

export const clientNetworkRoutes: Routes = {
  'GET client-networks': (broker) => ok({ networks: broker.networks }),
  // the mock knows no addresses: the reader is in the first network that isn't of private ones
  'GET client-network': (broker) =>
    ok({
      address: here,
      network:
        broker.networks.find(({ addresses }) => addresses.includes('192.0.2.0/24'))?.name ?? null,
      requires_password: true,
      base: null,
    }),
  'POST client-networks': (broker, { fields }) => {
    const id = 1 + Math.max(0, ...broker.networks.map((n) => n.id));
    return put(broker, { ...network(id, '', []), ...(fields as Partial<ClientNetwork>) });
  },
  'PUT client-networks/:id': (broker, { id, fields }) =>
    withNetwork(broker, id, (before) =>
      put(broker, { ...before, ...(fields as Partial<ClientNetwork>) }),
    ),
  'DELETE client-networks/:id': (broker, { id }) =>
    withNetwork(broker, id, (gone) => {
      broker.networks = ordered(broker.networks.filter((n) => n !== gone));
      return { status: 204 };
    }),
  'PUT client-networks/:id/bases': (broker, call) => say(broker, call),
  'DELETE client-networks/:id/bases': (broker, call) => say(broker, call),
};

/** The names of the networks from which a base can't be used. */
export function closedFrom({ networks }: MockBroker, { id }: Domain): string[] {
  return networks
    .filter(({ bases, said }) => {
      const word = said.find(({ base_id }) => base_id === id);
      return word === undefined ? bases !== 'all' : !word.is_allowed;
    })
    .map(({ name }) => name);
}

function say(broker: MockBroker, { method, id, name: base, fields }: Call): Answer {
  return withNetwork(broker, id, (before) => {
    const others = before.said.filter(({ base_id }) => base_id !== base);
    const base_name = broker.domains.find((d) => d.id === base)?.name ?? base;
    const { is_allowed, is_anonymous } = fields as { is_allowed: boolean; is_anonymous: boolean };
    const said = { base_id: base, base_name, is_allowed, is_anonymous };
    return put(broker, { ...before, said: method === 'PUT' ? [...others, said] : others });
  });
}

function withNetwork(broker: MockBroker, id: string, act: (network: ClientNetwork) => Answer) {
  const found = broker.networks.find((n) => n.id === Number(id));
  return found ? act(found) : problem(404, 'unknown_network', 'There is no such network.');
}

/** At the place it says; before all others when it says none. */
function put(broker: MockBroker, changed: ClientNetwork): Answer {
  const others = broker.networks.filter(({ id }) => id !== changed.id);
  const place = Math.max(0, ((changed.position as number | null) ?? 1) - 1);
  broker.networks = ordered([...others.slice(0, place), changed, ...others.slice(place)]);
  return ok(changed);
}

function ordered(networks: ClientNetwork[]): ClientNetwork[] {
  return networks.map((one, i) => ({ ...one, position: i + 1 }));
}

function network(
  id: number,
  name: string,
  addresses: string[],
  fields: Partial<ClientNetwork> = {},
): ClientNetwork {
  return {
    id,
    name,
    position: id,
    addresses,
    bases: 'all',
    requires_password: false,
    said: [],
    ...fields,
  };
}

export function seededNetworks(): ClientNetwork[] {
  return [
    network(1, 'This machine', ['127.0.0.0/8', '::1/128']),
    network(2, 'Classroom', ['192.0.2.0/24'], { bases: 'chosen' }),
    network(3, 'Everywhere else', ['0.0.0.0/0', '::/0'], { requires_password: true }),
  ];
}
