import { useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useCallback, useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { call } from '@/api/client';
import { domainQuery, openBase } from '@/api/domains';
import { requestQuery } from '@/api/requests';
import {
  isPending,
  type Desktop,
  type Domain,
  type DomainState,
  type Opened,
  type Request,
} from '@/api/types';
import { until } from '@/api/until';
import { unlessOverLimit, useMayEnd, type MayEnd } from '@/domains/overLimit';
import { nameOf } from '@/domains/sentence';
import { prepareTicket } from '@/domains/tickets';
import { watch } from '@/messages/watched';

export type StepKind = 'make' | 'start' | 'screen';
export const stepKinds: readonly StepKind[] = ['make', 'start', 'screen'];

export interface Step {
  state: 'waiting' | 'working' | 'done' | 'failed';
  /** How far, 0 to 100; null while nobody knows. */
  progress: number | null;
  /** What is being done, in the back end's words. */
  text: string | null;
  /** What is waited for. */
  request: Request | null;
}

export interface Opening {
  desktop: Desktop;
  steps: Record<StepKind, Step>;
  /** Why it stopped: a failed request, or a problem of the API. */
  failure: { request: Request } | { problem: unknown } | null;
}

const waitingStep: Step = {
  state: 'waiting',
  progress: null,
  text: null,
  request: null,
};

export function firstOpening(desktop: Desktop): Opening {
  return {
    desktop,
    steps: { make: { ...waitingStep, state: 'working' }, start: waitingStep, screen: waitingStep },
    failure: null,
  };
}

class StepFailed extends Error {
  constructor(readonly request: Request) {
    super(request.error?.message ?? request.state);
  }
}

/**
 * Makes and starts a desktop as far as needed and gets a ticket for its screen. Asking again joins
 * what is already on its way. Resolves with the domain whose screen can be shown; with null when
 * it came to nothing: somebody left, it failed, or other desktops are not to be ended for it.
 */
export async function openDesktop(
  client: QueryClient,
  desktop: Desktop,
  show: (opening: Opening) => void,
  mayEnd: MayEnd,
  signal: AbortSignal,
): Promise<Domain | null> {
  let opening = firstOpening(desktop);
  let current: StepKind = 'make';
  const step = (kind: StepKind, change: Partial<Step>) => {
    opening = {
      ...opening,
      steps: { ...opening.steps, [kind]: { ...opening.steps[kind], ...change } },
    };
    if (!signal.aborted) show(opening);
  };
  const begin = (kind: StepKind) => {
    current = kind;
    step(kind, { state: 'working' });
  };
  const end = (kind: StepKind) => {
    step(kind, { state: 'done', progress: null, text: null });
  };
  const work = async (request: Request | undefined, kind: StepKind) => {
    if (!request) return;
    watch(request.id, signal);
    const ended = await until(
      client,
      requestQuery(request.id),
      (now) => {
        step(kind, { progress: now.progress, text: now.progress_text ?? null, request: now });
        return !isPending(now);
      },
      signal,
    );
    if (ended.state !== 'done') throw new StepFailed(ended);
  };

  show(opening);
  try {
    const opened = await unlessOverLimit((confirm) => ask(desktop, confirm), mayEnd);
    if (opened === null) return null;
    const { domain, requests } = opened;
    begin('make');
    await work(
      requests.find((request) => request.command === 'clone'),
      'make',
    );
    end('make');
    begin('start');
    await work(
      requests.find((request) => isWaker(request)),
      'start',
    );
    await until(client, domainQuery(domain.id), (now) => now.state === 'active', signal);
    end('start');
    begin('screen');
    await prepareTicket(domain.id);
    end('screen');
    return domain;
  } catch (problem) {
    if (signal.aborted) return null;
    opening = {
      ...opening,
      failure: problem instanceof StepFailed ? { request: problem.request } : { problem },
    };
    step(current, { state: 'failed' });
    return null;
  }
}

/** A base is opened by one idempotent call, a domain without one is just started; what is paused goes on. */
async function ask(desktop: Desktop, confirm: boolean): Promise<Opened> {
  const { domain, requests } = await openOrFind(desktop, confirm);
  const command = wakers[domain.state];
  if (command === undefined || requests.some((request) => isWaker(request))) {
    return { domain, requests };
  }
  const body = { command, args: { domain: domain.id }, confirm };
  return {
    domain,
    requests: [...requests, await call('post', '/api/requests', { body })],
  };
}

async function openOrFind({ base, domain }: Desktop, confirm: boolean): Promise<Opened> {
  if (base) return openBase(base.id, confirm);
  if (!domain) throw new Error('a desktop has a base or a domain');
  return { domain, requests: [] };
}

/** What brings the screen back, by the state that has none. */
const wakers: Partial<Record<DomainState, string>> = {
  shutdown: 'start_domain',
  hibernated: 'start_domain',
  paused: 'resume_domain',
};

function isWaker({ command }: Request): boolean {
  return command === 'start_domain' || command === 'resume_domain';
}

export function useOpening() {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [opening, setOpening] = useState<Opening | null>(null);
  const mayEnd = useMayEnd();
  const running = useRef<AbortController | null>(null);

  const leave = useCallback(() => {
    running.current?.abort();
    setOpening(null);
  }, []);

  const begin = useCallback(
    (desktop: Desktop) => {
      running.current?.abort();
      const controller = new AbortController();
      running.current = controller;
      // the viewer's code comes while the desktop starts
      void import('../viewer/ViewerPage');
      const { base, domain: own } = desktop;
      const face = base ?? own;
      const ask: MayEnd = async (problem) => {
        // the question has the page to itself
        setOpening(null);
        const yes = await mayEnd(face ? nameOf(face) : '')(problem);
        if (yes) setOpening(firstOpening(desktop));
        return yes;
      };
      void openDesktop(client, desktop, setOpening, ask, controller.signal).then((domain) => {
        if (domain) void navigate(`/desktops/${domain.id}/view`);
      });
    },
    [client, navigate, mayEnd],
  );

  useEffect(
    () => () => {
      running.current?.abort();
    },
    [],
  );
  return { opening, begin, leave };
}
