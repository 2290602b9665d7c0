/** The bell: what is told to whom. */
import type { Message } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import { now, ok, type Answer } from './things';

export const messageRoutes: Routes = {
  'GET messages': (broker, { user, query }) => ok(messagesOf(broker.messages, user.id, query)),
  'POST messages/:id': read,
  'POST messages/:id/read': read,
};

function read(broker: MockBroker, { user, id }: Call): Answer {
  for (const message of broker.messages.filter((m) => m.user === user.id)) {
    if (id === 'read' || message.id === Number(id)) message.read_at ??= now();
  }
  return { status: 204 };
}

/** A message and whose it is. */
export type MockMessage = Message & { user: number };

export function newMessage(
  fields: Partial<MockMessage> & { id: number; user: number },
): MockMessage {
  return {
    at: now(),
    kind: 'request_ended',
    data: noData,
    request_id: 0,
    command: 'start_domain',
    state: 'done',
    domain_id: null,
    domain_name: null,
    error_code: null,
    text: '',
    read_at: null,
    ...fields,
  };
}

const noData: Message['data'] = { reason: null, ends_at: null, hibernated: null, limit: null };

/** What Broker tells somebody by itself. */
export function ownMessage({
  data,
  ...fields
}: Omit<Partial<MockMessage>, 'data'> & {
  id: number;
  user: number;
  data: Partial<Message['data']>;
}): MockMessage {
  const message = newMessage({ ...fields, request_id: null, command: null, state: null });
  return { ...message, data: { ...noData, ...data } };
}

/** One page of somebody's messages, and how many he hasn't read. */
function messagesOf(all: readonly MockMessage[], user: number, query: URLSearchParams) {
  const own = all.filter((m) => m.user === user);
  return {
    unread: own.filter((m) => m.read_at === null).length,
    messages: own
      .filter((m) => m.id < Number(query.get('before') ?? Infinity))
      .sort((a, b) => b.id - a.id)
      .slice(0, Number(query.get('limit') ?? 50)),
  };
}
