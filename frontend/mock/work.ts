/** How a request goes from being written to its end. */
import type { Domain, DomainState, Request } from '../src/api/types';
import type { MockBroker } from './broker';
import { finish } from './finish';
import { newMessage } from './messages';
import { isPending, newRequest, now, pause, stepsOf } from './things';

export function write(
  broker: MockBroker,
  word: string,
  domain: Domain | null,
  args: Record<string, unknown>,
  after: number | null = null,
): Request {
  const { user } = broker;
  const request = newRequest({
    id: (broker.requests.at(-1)?.id ?? 0) + 1,
    command: word,
    state: after === null ? 'requested' : 'waiting',
    user: { id: user?.id ?? 1, name: user?.name ?? 'admin' },
    domain_id: domain?.id ?? null,
    domain_name: domain?.name ?? null,
    after_id: after,
    waits_for:
      after === null
        ? null
        : {
            reason: 'request',
            text: `It waits for request ${after}.`,
            until: null,
            request_id: after,
          },
    args,
  });
  broker.requests.push(request);
  broker.emit('request', {
    request_id: request.id,
    domain_id: request.domain_id,
    state: request.state,
  });
  void work(broker, request, domain);
  return request;
}

const stateDuring: Partial<Record<string, DomainState>> = {
  start_domain: 'starting',
  shutdown_domain: 'shutting_down',
  remove_domain: 'removing',
};

async function work(broker: MockBroker, request: Request, domain: Domain | null): Promise<void> {
  const { stepMs } = broker;
  const first = broker.requests.find((r) => r.id === request.after_id);
  while (first && isPending(first)) await pause(stepMs / 5);
  if (first?.state === 'failed') {
    tell(broker, request, { state: 'cancelled', ended_at: now() });
    return;
  }
  await pause(stepMs / 4);
  if (broker.queueNext !== null) tell(broker, request, { state: 'waiting', ...broker.queueNext });
  while (broker.queueNext !== null) await pause(stepMs / 5);
  if (!isPending(request)) return;
  tell(broker, request, {
    state: 'working',
    started_at: now(),
    attempts: 1,
    waits_for: null,
    position: null,
  });
  const during = stateDuring[request.command];
  if (domain && during) broker.setState(domain, during);
  for (const [progress, text] of stepsOf(request.command)) {
    const step = { at: now(), attempt: 1, percent: progress, text, took_ms: null };
    tell(broker, request, {
      progress,
      progress_text: text,
      steps: [...(request.steps ?? []), step],
    });
    await pause(stepMs);
    const took_ms = Date.now() - Date.parse(step.at);
    const steps = (request.steps ?? []).map((s) => (s === step ? { ...s, took_ms } : s));
    tell(broker, request, { steps });
    if (request.cancel_asked_at !== null) {
      if (domain?.state === 'starting') broker.setState(domain, 'shutdown');
      tell(broker, request, { state: 'cancelled', ended_at: now() });
      return;
    }
  }
  if (broker.failNext?.command === request.command) {
    const { message } = broker.failNext;
    broker.failNext = null;
    if (domain?.state === 'starting') broker.setState(domain, 'shutdown');
    tell(broker, request, {
      state: 'failed',
      ended_at: now(),
      error: { code: 'mock_failure', message },
    });
    return;
  }
  finish(broker, request, domain);
  tell(broker, request, { state: 'done', progress: 100, progress_text: null, ended_at: now() });
}

/** Changes a request and says so. */
export function tell(broker: MockBroker, request: Request, fields: Partial<Request>): void {
  const before = request.state;
  Object.assign(request, fields);
  const { id, domain_id, state, progress, progress_text } = request;
  broker.emit('request', { request_id: id, domain_id, state, progress, progress_text });
  if (state !== before && !isPending(request)) say(broker, request);
}

/** Tells whoever asked for it how it ended. */
function say(broker: MockBroker, request: Request): void {
  const { id, domain_id, domain_name, state, error, command: word } = request;
  broker.messages.push(
    newMessage({
      id: (broker.messages.at(-1)?.id ?? 0) + 1,
      user: request.user?.id ?? 1,
      command: word,
      domain_name,
      error_code: error?.code ?? null,
      text: error?.message ?? word,
      request_id: id,
      domain_id,
      state,
    }),
  );
  broker.emit('message', {});
}
