/**
 * A broker without a back end, in memory: for developing the portal and for its tests. It answers
 * the API's shapes and lets requests take a moment; it judges no rights beyond "administrator".
 */
import type {
  Desktop,
  Domain,
  DomainState,
  LibraryImage,
  Request,
  SessionUser,
} from '../src/api/types';

export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Hint {
  kind: string;
  data: Record<string, unknown>;
}

interface Account extends SessionUser {
  password: string;
}

export interface MockOptions {
  /** How long one step of a request takes. */
  stepMs?: number;
}

const uuid = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString();
const now = () => new Date().toISOString();

/** What a request has before anybody was at it. */
const untouched = {
  caller_address: '192.0.2.7',
  back_end: null,
  priority: 100,
  cancel_asked_at: null,
  trace_id: null,
  can_cancel: true,
  can_retry: false,
  waits_for: null,
  position: null,
};

export class MockBroker {
  readonly accounts: Account[] = [
    account(1, 'admin', 'Administrator', true),
    account(2, 'ana', 'Ana Puig', false),
    { ...account(3, 'new', 'Newcomer', false), must_change_password: true },
  ];
  user: Account | null = null;
  /** The token of a link that still makes an administrator. */
  firstAdminLink: string | null = null;
  domains: Domain[] = [];
  requests: Request[] = [];
  images: LibraryImage[] = [
    image('debian-12-desktop.qcow2', 1_640_000_000),
    image('tiny.qcow2', 15_900_000),
    image('with-backing-file.qcow2', 820_000, 'It names a backing file; such images are refused.'),
  ];
  /** The next request of this command fails, with this sentence. */
  failNext: { command: string; message: string } | null = null;

  private readonly stepMs: number;
  private readonly listeners = new Set<(hint: Hint) => void>();
  private lastDomain = 100;

  constructor({ stepMs = 700 }: MockOptions = {}) {
    this.stepMs = stepMs;
    this.seed();
  }

  /** Signs somebody in without the form. */
  signInAs(name: string): this {
    this.user = this.accounts.find((a) => a.name === name) ?? null;
    return this;
  }

  listen(listener: (hint: Hint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  handle(method: string, url: URL, body: unknown): Answer {
    const path = url.pathname;
    const fields = (body ?? {}) as Record<string, unknown>;
    if (path === '/api/session') return this.session(method, fields);
    if (path === '/api/first-admin') return this.firstAdmin(fields);
    if (this.user === null) return problem(401, 'signed_out', 'Sign in first.');
    if (path === '/api/session/password') return this.changePassword(fields);
    if (path === '/api/session/language') {
      this.user.language = String(fields.language);
      return { status: 204 };
    }
    if (this.user.must_change_password) {
      return problem(403, 'password_change_required', 'Choose a new password first.');
    }

    const [, , area, id, verb] = path.split('/');
    const key = `${method} ${area ?? ''}${id === undefined ? '' : '/:id'}${verb === undefined ? '' : `/${verb}`}`;
    switch (key) {
      case 'GET desktops':
        return ok({ desktops: this.desktops() });
      case 'POST bases/:id/open':
        return this.open(id ?? '');
      case 'GET domains':
        return ok({ domains: this.visible().map((d) => this.shown(d)) });
      case 'GET domains/:id':
        return this.withDomain(id, (domain) => ok(this.shown(domain)));
      case 'PUT domains/:id/published':
        return this.withDomain(id, (domain) => {
          this.change(domain, { is_public: fields.is_public === true });
          return ok(this.shown(domain));
        });
      case 'PUT domains/:id/description':
        return this.withDomain(id, (domain) => {
          this.change(domain, {
            alias: textOrNull(fields.alias),
            description: textOrNull(fields.description),
          });
          return ok(this.shown(domain));
        });
      case 'POST domains/:id/display-ticket':
        return this.withDomain(id, (domain) =>
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
        );
      case 'GET requests':
        return ok({ requests: this.list(url.searchParams) });
      case 'GET requests/:id': {
        const request = this.requests.find((r) => r.id === Number(id));
        return request ? ok(request) : problem(404, 'not_found', 'There is no such request.');
      }
      case 'POST requests':
        return this.ask(String(fields.command), fields.args as Record<string, unknown>);
      case 'DELETE requests/:id':
        return this.cancel(Number(id));
      case 'GET commands':
        return ok({ commands: [...new Set(this.requests.map((r) => r.command))].map(command) });
      case 'GET library':
        return ok({ images: this.images });
      case 'GET users':
        return ok({
          users: this.accounts.map(({ id: user, name, display_name, is_admin }) => ({
            id: user,
            name,
            display_name,
            is_admin,
            is_disabled: false,
            created_at: minutesAgo(9000),
            last_sign_in_at: minutesAgo(30),
          })),
        });
      default:
        return problem(404, 'not_found', `Nothing is at ${path}.`);
    }
  }

  /** Changes a domain from outside, as the sweep would. */
  setState(domain: Domain, state: DomainState): void {
    this.change(domain, {
      state,
      state_since: now(),
      address: state === 'active' ? `192.168.122.${domain.id.slice(-2)}` : null,
    });
  }

  find(name: string): Domain {
    const domain = this.domains.find((d) => d.name === name);
    if (!domain) throw new Error(`no domain ${name}`);
    return domain;
  }

  private session(method: string, fields: Record<string, unknown>): Answer {
    if (method === 'DELETE') {
      this.user = null;
      return { status: 204 };
    }
    if (method === 'POST') {
      const found = this.accounts.find((a) => a.name === fields.name);
      if (found?.password !== fields.password) {
        return problem(401, 'wrong_credentials', 'Name and password do not match.');
      }
      this.user = found ?? null;
    }
    const csrf_token = 'mock-token';
    if (this.user === null) return ok({ signed_in: false, csrf_token });
    return ok({ signed_in: true, csrf_token, user: { ...this.user, password: undefined } });
  }

  private firstAdmin(fields: Record<string, unknown>): Answer {
    if (fields.token !== this.firstAdminLink) {
      return problem(403, 'link_used_up', 'This link no longer counts.');
    }
    const name = String(fields.name);
    const made = account(this.accounts.length + 1, name, name, true);
    this.accounts.push({ ...made, password: String(fields.password) });
    this.firstAdminLink = null;
    return { status: 204 };
  }

  private changePassword(fields: Record<string, unknown>): Answer {
    if (this.user === null) return problem(401, 'signed_out', '');
    if (fields.current_password !== this.user.password) {
      return problem(403, 'wrong_credentials', 'The current password is wrong.');
    }
    const chosen = String(fields.new_password);
    if (chosen.length < 10) {
      return {
        ...problem(400, 'weak_password', 'The password is too weak.', [
          'A password has ten characters at least.',
        ]),
      };
    }
    this.user.password = chosen;
    this.user.must_change_password = false;
    return { status: 204 };
  }

  private visible(): Domain[] {
    const { user } = this;
    return this.domains.filter((d) => user?.is_admin === true || d.owner.id === user?.id);
  }

  private withDomain(id: string | undefined, act: (domain: Domain) => Answer): Answer {
    const domain = this.visible().find((d) => d.id === id);
    return domain ? act(domain) : problem(404, 'not_found', 'There is no such machine.');
  }

  private desktops(): Desktop[] {
    const bases = this.domains.filter((d) => d.is_base && d.is_public);
    const own = this.domains.filter((d) => !d.is_base && d.owner.id === this.user?.id);
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
          },
          domain: domain ? this.shown(domain) : null,
        };
      }),
      ...own
        .filter((d) => d.base_id === null)
        .map((domain) => ({ base: null, domain: this.shown(domain) })),
    ];
  }

  private shown(domain: Domain): Domain {
    const pending = this.requests
      .filter((r) => r.domain_id === domain.id && isPending(r))
      .map(({ id, command: word, state, progress, progress_text }) => ({
        id,
        command: word,
        state,
        progress,
        progress_text,
      }));
    return {
      ...domain,
      clones: this.domains.filter((d) => d.base_id === domain.id).length,
      pending,
      may: this.may(domain),
    };
  }

  private may(domain: Domain): string[] {
    const admin = this.user?.is_admin === true;
    switch (domain.state) {
      case 'active':
        return [
          'open',
          'shutdown_domain',
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
        return ['start_domain', 'remove_domain', ...(admin ? ['prepare_base'] : [])];
      case 'base':
        return admin
          ? ['open', 'clone', 'publish', 'remove_base', 'remove_domain']
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

  private open(base: string): Answer {
    const owner = this.user;
    const parent = this.domains.find((d) => d.id === base && d.is_base);
    if (!parent || !owner) return problem(404, 'not_found', 'There is no such base.');
    const requests: Request[] = [];
    let domain = this.domains.find((d) => d.base_id === base && d.owner.id === owner.id);
    if (!domain) {
      domain = this.addClone(parent, owner);
      requests.push(this.write('clone', domain, { base, domain: domain.id }));
    } else {
      const own = domain.id;
      requests.push(...this.requests.filter((r) => r.domain_id === own && isPending(r)));
    }
    if (!hasScreen(domain) && !requests.some((r) => r.command === 'start_domain')) {
      const after = requests.at(-1)?.id ?? null;
      requests.push(this.write('start_domain', domain, { domain: domain.id }, after));
    }
    return { status: 202, body: { domain: this.shown(domain), requests } };
  }

  private ask(word: string, args: Record<string, unknown>): Answer {
    if (word === 'import_domain') {
      const name = String(args.name);
      if (this.domains.some((d) => d.name === name)) {
        return problem(400, 'bad_arguments', '', [`There is a machine called ${name} already.`]);
      }
      const domain = this.add({
        name,
        alias: textOrNull(args.alias),
        description: textOrNull(args.description),
        state: 'creating',
        memory_kib: Number(args.memory_mib) * 1024,
        vcpus: Number(args.vcpus),
      });
      return { status: 202, body: this.write(word, domain, args) };
    }
    if (word === 'clone') {
      const parent = this.domains.find((d) => d.id === args.base);
      const owner = this.accounts.find((a) => a.id === (args.owner ?? this.user?.id));
      if (!parent || !owner) return problem(404, 'unknown_domain', 'There is no such base.');
      const domain = this.addClone(parent, owner, args.name);
      return { status: 202, body: this.write(word, domain, args) };
    }
    return this.withDomain(String(args.domain), (domain) =>
      this.may(domain).includes(word)
        ? { status: 202, body: this.write(word, domain, args) }
        : problem(403, 'not_allowed', `${domain.name} can't do that now.`),
    );
  }

  private cancel(id: number): Answer {
    const request = this.requests.find((r) => r.id === id);
    if (!request) return problem(404, 'not_found', 'There is no such request.');
    if (request.state === 'working' || !isPending(request)) {
      return problem(409, 'already_working', 'It is already being worked on.');
    }
    this.tell(request, { state: 'cancelled', ended_at: now() });
    return ok(request);
  }

  private list(query: URLSearchParams): Request[] {
    const before = Number(query.get('before') ?? Infinity);
    const is = (name: string, value: unknown) =>
      query.get(name) === null || query.get(name) === String(value);
    return this.requests
      .filter(
        (r) =>
          r.id < before &&
          is('state', r.state) &&
          is('command', r.command) &&
          is('domain', r.domain_id) &&
          (this.user?.is_admin === true || r.user.id === this.user?.id),
      )
      .sort((a, b) => b.id - a.id)
      .slice(0, Number(query.get('limit') ?? 50));
  }

  private write(
    word: string,
    domain: Domain,
    args: Record<string, unknown>,
    after: number | null = null,
  ): Request {
    const request: Request = {
      id: (this.requests.at(-1)?.id ?? 0) + 1,
      command: word,
      state: after === null ? 'requested' : 'waiting',
      user: { id: this.user?.id ?? 1, name: this.user?.name ?? 'admin' },
      domain_id: domain.id,
      domain_name: domain.name,
      created_at: now(),
      at: null,
      after_id: after,
      started_at: null,
      ended_at: null,
      attempts: 0,
      progress: 0,
      progress_text: after === null ? null : `Waits for request ${after}.`,
      error: null,
      result: null,
      args,
      ...untouched,
    };
    this.requests.push(request);
    this.emit('request', { request_id: request.id, domain_id: domain.id, state: request.state });
    void this.work(request, domain);
    return request;
  }

  private async work(request: Request, domain: Domain): Promise<void> {
    const first = this.requests.find((r) => r.id === request.after_id);
    while (first && isPending(first)) await pause(this.stepMs / 5);
    if (first?.state === 'failed') {
      this.tell(request, { state: 'cancelled', ended_at: now() });
      return;
    }
    await pause(this.stepMs / 4);
    if (!isPending(request)) return;
    this.tell(request, { state: 'working', started_at: now(), attempts: 1 });
    if (request.command === 'start_domain') this.setState(domain, 'starting');
    if (request.command === 'shutdown_domain') this.setState(domain, 'shutting_down');
    if (request.command === 'remove_domain') this.setState(domain, 'removing');
    for (const [progress, text] of stepsOf(request.command)) {
      this.tell(request, { progress, progress_text: text });
      await pause(this.stepMs);
    }
    if (this.failNext?.command === request.command) {
      const { message } = this.failNext;
      this.failNext = null;
      if (request.command === 'start_domain') this.setState(domain, 'shutdown');
      this.tell(request, {
        state: 'failed',
        ended_at: now(),
        error: { code: 'mock_failure', message },
      });
      return;
    }
    this.finish(request.command, domain);
    this.tell(request, { state: 'done', progress: 100, progress_text: null, ended_at: now() });
  }

  private finish(word: string, domain: Domain): void {
    switch (word) {
      case 'start_domain':
      case 'resume_domain':
        this.setState(domain, 'active');
        break;
      case 'hibernate_domain':
        this.setState(domain, 'hibernated');
        break;
      case 'pause_domain':
        this.setState(domain, 'paused');
        break;
      case 'clone':
      case 'import_domain':
      case 'shutdown_domain':
      case 'force_shutdown_domain':
        this.setState(domain, 'shutdown');
        break;
      case 'prepare_base':
        this.change(domain, { state: 'base', state_since: now(), is_base: true });
        break;
      case 'remove_base':
        this.change(domain, {
          state: 'shutdown',
          state_since: now(),
          is_base: false,
          is_public: false,
        });
        break;
      case 'remove_domain':
        this.domains = this.domains.filter((d) => d !== domain);
        this.emit('domain', { domain_id: domain.id });
        break;
    }
  }

  private change(domain: Domain, fields: Partial<Domain>): void {
    Object.assign(domain, fields);
    this.emit('domain', { domain_id: domain.id, state: domain.state });
  }

  private tell(request: Request, fields: Partial<Request>): void {
    Object.assign(request, fields);
    const { id, domain_id, state, progress, progress_text } = request;
    this.emit('request', { request_id: id, domain_id, state, progress, progress_text });
  }

  private emit(kind: string, data: Record<string, unknown>): void {
    for (const listener of this.listeners) listener({ kind, data });
  }

  private addClone(base: Domain, owner: SessionUser, name?: unknown): Domain {
    return this.add({
      name: typeof name === 'string' && name !== '' ? name : `${base.name}-${owner.name}`,
      alias: base.alias,
      owner: { id: owner.id, name: owner.name },
      base_id: base.id,
      base_name: base.name,
      state: 'creating',
      memory_kib: base.memory_kib,
      vcpus: base.vcpus,
    });
  }

  private add(fields: Partial<Domain> & { name: string }): Domain {
    this.lastDomain += 1;
    const domain: Domain = {
      id: uuid(this.lastDomain),
      alias: null,
      description: null,
      owner: { id: 1, name: 'admin' },
      base_id: null,
      base_name: null,
      node: 'local',
      state: 'shutdown',
      state_since: now(),
      state_detail: null,
      next: null,
      is_base: false,
      is_public: false,
      memory_kib: 524_288,
      vcpus: 1,
      address: null,
      screenshot_url: null,
      screenshot_at: null,
      clones: 0,
      created_at: now(),
      may: [],
      pending: [],
      ...fields,
    };
    this.domains.push(domain);
    this.emit('domain', { domain_id: domain.id, state: domain.state });
    return domain;
  }

  private seed(): void {
    const base = (name: string, alias: string, description: string, minutes: number, more = {}) =>
      this.add({
        name,
        alias,
        description,
        state: 'base',
        state_since: minutesAgo(minutes),
        is_base: true,
        is_public: true,
        memory_kib: 1_048_576,
        vcpus: 2,
        ...more,
      });
    const debian = base('debian-desktop', 'Debian desktop', 'Office, browser, terminal.', 8000);
    const lab = base('networks-lab', 'Networks lab', 'Three routers and a packet sniffer.', 5000);
    const maths = base('maths', 'Statistics with R', 'RStudio and the course data.', 3000);
    base('archive', 'Archive 2024', "Last year's course.", 400_000, { is_public: false });
    const clone = (parent: Domain, owner: Account, fields: Partial<Domain>) =>
      Object.assign(this.addClone(parent, owner), fields);
    const [admin, ana] = this.accounts;
    if (!admin || !ana) return;
    clone(debian, ana, {
      state: 'active',
      state_since: minutesAgo(47),
      address: '192.168.122.54',
      next: { action: 'shutdown_domain', at: minutesAgo(-95) },
    });
    clone(lab, ana, { state: 'hibernated', state_since: minutesAgo(1600) });
    clone(debian, admin, {
      state: 'active',
      state_since: minutesAgo(12),
      address: '192.168.122.77',
    });
    clone(maths, admin, {
      state: 'broken',
      state_since: minutesAgo(25),
      state_detail: 'Its disk image is gone from the pool.',
    });
    this.add({ name: 'build-server', state: 'shutdown', state_since: minutesAgo(2900) });
    this.seedRequests();
  }

  private seedRequests(): void {
    const add = (word: string, name: string, minutes: number, fields: Partial<Request>) => {
      const domain = this.find(name);
      this.requests.push({
        id: (this.requests.at(-1)?.id ?? 0) + 1,
        command: word,
        state: 'done',
        user: { id: 1, name: 'admin' },
        domain_id: domain.id,
        domain_name: domain.name,
        created_at: minutesAgo(minutes),
        at: null,
        after_id: null,
        started_at: minutesAgo(minutes),
        ended_at: minutesAgo(minutes - 0.08),
        attempts: 1,
        progress: 100,
        progress_text: null,
        error: null,
        result: null,
        args: { domain: domain.id },
        ...untouched,
        ...fields,
      });
    };
    const ana = { id: 2, name: 'ana' };
    add('import_domain', 'debian-desktop', 8020, { args: { file: 'debian-12-desktop.qcow2' } });
    add('prepare_base', 'debian-desktop', 8000, {});
    add('clone', 'debian-desktop-ana', 52, { user: ana });
    add('start_domain', 'debian-desktop-ana', 47, { user: ana });
    add('start_domain', 'maths-admin', 25, {
      state: 'failed',
      attempts: 3,
      progress: 40,
      error: { code: 'disk_missing', message: 'Its disk image is gone from the pool.' },
    });
    add('start_domain', 'debian-desktop-admin', 12, {});
    add('shutdown_domain', 'debian-desktop-ana', 3, {
      user: ana,
      state: 'waiting',
      at: minutesAgo(-95),
      started_at: null,
      ended_at: null,
      attempts: 0,
      progress: 0,
      progress_text: 'Waits for its time.',
    });
  }
}

function stepsOf(word: string): [number, string][] {
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

function account(id: number, name: string, display_name: string, is_admin: boolean): Account {
  return {
    id,
    name,
    display_name,
    is_admin,
    must_change_password: false,
    language: null,
    password: 'broker',
  };
}

function image(file: string, size_bytes: number, refusal: string | null = null): LibraryImage {
  return {
    file,
    node: 'local',
    size_bytes,
    format: 'qcow2',
    capacity_bytes: refusal === null ? 10 * size_bytes : null,
    import: refusal === null ? 'copy' : null,
    is_upload: false,
    changed_at: minutesAgo(6000),
    problem: refusal,
  };
}

function command(word: string) {
  return { command: word, aliases: [], lane: 'quick', summary: word, args: {} };
}

function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function hasScreen({ state }: Domain): boolean {
  return state === 'active' || state === 'paused';
}

function isPending({ state }: Request): boolean {
  return state === 'requested' || state === 'waiting' || state === 'working';
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

function problem(status: number, code: string, detail: string, errors: string[] = []): Answer {
  return {
    status,
    body: { title: code, status, detail, code, errors },
    headers: { 'Content-Type': 'application/problem+json' },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
