import type { Request } from '@/api/types';

/** A stretch of a request's life. Times are in milliseconds since 1970. */
export interface Span {
  kind: 'queue' | 'step' | 'error';
  /** In the back end's words; the queue has none. */
  text: string;
  /** The fixed word of an error. */
  code: string | null;
  attempt: number;
  from: number;
  to: number;
  /** It is still going on. */
  isOpen: boolean;
}

export interface Timeline {
  spans: Span[];
  from: number;
  to: number;
}

/** A long wait would leave no room for the work: at most this share of the picture is the queue's. */
const mostQueue = 0.3;

/** What was done when, with failed attempts where they ended. */
export function timelineOf(request: Request, now: number): Timeline {
  const end = request.ended_at == null ? now : Date.parse(request.ended_at);
  const asked = Date.parse(request.created_at);
  const began = request.started_at == null ? end : Date.parse(request.started_at);
  const told = request.steps ?? [];
  const steps = told.map((step, i): Span => {
    const from = Date.parse(step.at);
    const isOpen = step.took_ms == null && request.state === 'working' && i === told.length - 1;
    const to = step.took_ms == null ? end : from + step.took_ms;
    return { kind: 'step', text: step.text, code: null, attempt: step.attempt, from, to, isOpen };
  });
  const failures: { at: number; code: string | null; message: string }[] = (
    request.attempt_errors ?? []
  ).map(({ at, code, message }) => ({ at: Date.parse(at), code, message }));
  // why the last attempt failed stands above, in the request itself
  if (request.state === 'failed') failures.push({ at: end, code: null, message: '' });
  const errors = failures.map(({ at, code, message }, i): Span => {
    const attempt = steps.findLast(({ from }) => from <= at)?.attempt ?? i + 1;
    // what several failed by is said once, by the last of them
    const isSaid = message === (failures[i + 1]?.message ?? request.error?.message);
    return {
      kind: 'error',
      text: isSaid || message === request.error?.message ? '' : message,
      code,
      attempt,
      from: at,
      to: at,
      isOpen: false,
    };
  });
  const queue: Span = {
    kind: 'queue',
    text: '',
    code: null,
    attempt: 0,
    from: asked,
    to: began,
    isOpen: request.started_at == null && request.ended_at == null,
  };
  const work = Math.max(end - began, 1);
  const longest = (work * mostQueue) / (1 - mostQueue);
  const isAlone = steps.length === 0 && errors.length === 0;
  return {
    spans: [queue, ...[...steps, ...errors].sort((a, b) => a.from - b.from)],
    from: isAlone ? asked : Math.max(asked, began - longest),
    to: Math.max(end, began, ...steps.map(({ to }) => to)),
  };
}
