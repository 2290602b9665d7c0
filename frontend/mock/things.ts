/** The small things a broker in memory is made of. */
import type {
  Domain,
  DomainState,
  HistoryEntry,
  Request,
  SessionUser,
  SiteSettings,
} from '../src/api/types';

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Account extends SessionUser {
  password: string;
}

export const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const minutesAgo = (minutes: number) =>
  new Date(Date.now() - minutes * 60_000).toISOString();
export const now = () => new Date().toISOString();

export function stepsOf(word: string): [number, string][] {
  switch (word) {
    case 'clone':
      return [
        [20, 'Making the disk from the base.'],
        [70, 'Defining the machine.'],
      ];
    case 'start_domain':
      return [
        [30, 'Starting it on local.'],
        [80, 'Waiting for its screen.'],
      ];
    case 'import_domain':
      return [
        [10, 'Looking into the image.'],
        [35, 'Copying: 6 of 16 GB.'],
        [80, 'Copying: 13 of 16 GB.'],
      ];
    default:
      return [[50, 'Working on it.']];
  }
}

export function account(
  id: number,
  name: string,
  display_name: string,
  is_admin: boolean,
): Account {
  return {
    id,
    name,
    display_name,
    is_admin,
    must_change_password: false,
    must_enrol_second_factor: false,
    language: null,
    source: 'local',
    facts_at: null,
    grants: {},
    password: 'broker',
  };
}

/** An account as the list of users shows it. */
export function listed({ id, name, display_name, is_admin }: Account) {
  return {
    id,
    name,
    display_name,
    is_admin,
    is_temporary: false,
    is_disabled: false,
    created_at: minutesAgo(9000),
    last_sign_in_at: minutesAgo(30),
    source: 'local' as const,
    must_change_password: false,
    expires_at: null,
    is_locked: false,
    facts_at: null,
  };
}

export function command(word: string) {
  return { command: word, aliases: [], lane: 'quick', summary: word, args: {} };
}

export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

export function hasScreen({ state }: Domain): boolean {
  return state === 'active' || state === 'paused';
}

export function newRequest(fields: Partial<Request> & { id: number; command: string }): Request {
  return {
    state: 'requested',
    user: { id: 1, name: 'admin' },
    domain_id: null,
    domain_name: null,
    created_at: now(),
    at: null,
    after_id: null,
    caused_by: null,
    started_at: null,
    ended_at: null,
    attempts: 0,
    progress: 0,
    progress_text: null,
    error: null,
    result: null,
    args: {},
    can_cancel: false,
    can_retry: false,
    waits_for: null,
    position: null,
    cancel_asked_at: null,
    trace_id: `4bf92f3577b34da6a3ce929d0e0e${String(fields.id).padStart(4, '0')}`,
    caller_address: '192.0.2.7',
    back_end: null,
    priority: 100,
    steps: [],
    attempt_errors: [],
    ...fields,
  };
}

/** Those of somebody's requests that a query lets through, newest first. */
export function requestsOf(
  all: readonly Request[],
  user: SessionUser,
  query: URLSearchParams,
): Request[] {
  const before = Number(query.get('before') ?? Infinity);
  const text = query.get('text')?.toLowerCase() ?? '';
  const is = (name: string, value: unknown) =>
    query.get(name) === null || query.getAll(name).includes(String(value));
  return all
    .filter(
      (r) =>
        r.id < before &&
        is('state', r.state) &&
        is('command', r.command) &&
        is('domain', r.domain_id) &&
        is('user', r.user?.name ?? '') &&
        is('cause', r.caused_by) &&
        [r.command, r.domain_name, r.user?.name, r.error?.message].some((said) =>
          said?.toLowerCase().includes(text),
        ) &&
        (user.is_admin || r.user?.id === user.id),
    )
    .sort((a, b) => b.id - a.id)
    .slice(0, Number(query.get('limit') ?? 50))
    .map((r) => told(r, all));
}

/** A request with what follows from its state and from the others. */
export function told(request: Request, all: readonly Request[]): Request {
  const caused = all.filter((r) => r.caused_by === request.id);
  const ahead = all.filter((r) => r.id < request.id && r.state === 'requested').length;
  const count = (...states: string[]) => caused.filter((r) => states.includes(r.state)).length;
  return {
    ...request,
    caused:
      caused.length === 0
        ? null
        : {
            total: caused.length,
            done: count('done'),
            failed: count('failed', 'cancelled'),
          },
    can_cancel: isPending(request) && request.cancel_asked_at === null,
    can_retry: request.state === 'failed' || request.state === 'cancelled',
    position:
      request.state === 'requested'
        ? { ahead, expected_start_at: new Date(Date.now() + (ahead + 1) * 5000).toISOString() }
        : request.position,
  };
}

/** What the portal may offer. */
export function may(domain: Domain, admin: boolean): string[] {
  const hardware = ['add_hardware', 'change_hardware', 'remove_hardware'];
  return [
    'describe',
    ...(domain.is_base ? [] : ['share']),
    ...(admin ? ['set', 'change_owner', ...hardware] : []),
    ...commandsOf(domain, admin),
  ];
}

function commandsOf(domain: Domain, admin: boolean): string[] {
  switch (domain.state) {
    case 'active':
      return [
        'open',
        'shutdown_domain',
        'shutdown_start',
        'hibernate_domain',
        'pause_domain',
        'reboot_domain',
        'force_shutdown_domain',
        'screenshot',
      ];
    case 'paused':
      return ['open', 'resume_domain', 'force_shutdown_domain'];
    case 'shutdown':
    case 'hibernated':
      return [
        'start_domain',
        'copy_domain',
        ...(domain.state === 'shutdown' ? ['take_snapshot'] : []),
        'remove_domain',
        ...(admin ? ['backup_domain'] : []),
        ...(domain.base_id === null ? [] : ['restore_domain']),
        ...(domain.base_id === null || !admin ? [] : ['spinoff_domain']),
        ...(admin ? ['prepare_base'] : []),
      ];
    case 'base':
      return admin
        ? ['open', 'clone', 'clone_base', 'publish', 'remove_base', 'remove_domain']
        : ['open', 'clone'];
    case 'shutting_down':
      return ['force_shutdown_domain'];
    case 'broken':
      return ['remove_domain'];
    case 'creating':
    case 'starting':
    case 'down':
    case 'removing':
      return [];
  }
}

const stateAfter: Partial<Record<string, DomainState>> = {
  import_domain: 'shutdown',
  clone: 'shutdown',
  start_domain: 'active',
  resume_domain: 'active',
  shutdown_domain: 'shutdown',
  force_shutdown_domain: 'shutdown',
  hibernate_domain: 'hibernated',
  pause_domain: 'paused',
  prepare_base: 'base',
  remove_base: 'shutdown',
};

/** What requests made of a machine; what they don't explain was seen on its host. */
export function historyOf(domain: Domain, requests: readonly Request[]) {
  const entries = requests
    .filter((r) => r.domain_id === domain.id && r.state === 'done')
    .map(({ id, command: word, ended_at, user }): HistoryEntry => ({
      id,
      at: ended_at ?? now(),
      state: stateAfter[word] ?? domain.state,
      detail: null,
      cause: 'request',
      request: { id, command: word, user: user?.name ?? null },
    }))
    .sort((a, b) => b.id - a.id);
  if (entries[0]?.state !== domain.state) {
    entries.unshift({
      id: 10_000,
      at: domain.state_since,
      state: domain.state,
      detail: domain.state_detail,
      cause: 'host',
      request: null,
    });
  }
  return { entries, kept_days: 30 };
}

export function isPending({ state }: Request): boolean {
  return state === 'requested' || state === 'waiting' || state === 'working';
}

export function ok(body: unknown): Answer {
  return { status: 200, body };
}

export function problem(
  status: number,
  code: string,
  detail: string,
  errors: string[] = [],
): Answer {
  return {
    status,
    body: { title: code, status, detail, code, errors },
    headers: { 'Content-Type': 'application/problem+json' },
  };
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

export const siteDefaults: SiteSettings = {
  start_limit: 1,
  memory_reserve_mib: 256,
  snapshot_limit: 3,
  guests: 20,
  guests_per_address: 2,
  guest_minutes: 120,
  audit_days: 730,
  password_days: 0,
  admins_need_second_factor: false,
  clone_limit: 0,
  disk_gib: 0,
  memory_gib: 0,
  booking_warning_minutes: 10,
};

/** A machine's settings after a change: what isn't named stays, 0 seconds is what is usual. */
export function settingsOf({ settings }: Domain, fields: Record<string, unknown>) {
  const changed = Object.entries(fields).map(([name, value]) => [name, value === 0 ? null : value]);
  return { ...settings, ...(Object.fromEntries(changed) as Partial<Domain['settings']>) };
}

/** A base's pool of a new size; what is missing is about to be made. */
export function poolOf({ pool }: Domain, fields: Record<string, unknown>): Domain['pool'] {
  const clones = Number(fields.clones);
  const members = pool?.members ?? 0;
  if (clones === 0) return null;
  const { free = members, free_running = 0, problem = null } = pool ?? {};
  return { clones, start: Number(fields.start), members, free, free_running, problem };
}
