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
  Schedule,
  SessionUser,
} from '../src/api/types';
import { finish } from './finish';
import { hardwareOf } from './hardware';
import { schedulable, schedule, seededSchedules, whenOf } from './schedules';
import { seed } from './seed';
import {
  account,
  command,
  hasScreen,
  health,
  historyOf,
  image,
  isPending,
  listed,
  may,
  messagesOf,
  newMessage,
  newRequest,
  now,
  ok,
  ownMessage,
  node,
  pause,
  poolOf,
  problem,
  requestsOf,
  settingsOf,
  siteDefaults,
  stepsOf,
  textOrNull,
  told,
  uuid,
  type Account,
  type Answer,
  type MockMessage,
} from './things';

/** What is asked for with more than the machine. */
const unoffered = ['rebase_domain', 'rebase_clones'];

export interface Hint {
  kind: string;
  data: Record<string, unknown>;
}

export interface MockOptions {
  /** How long one step of a request takes. */
  stepMs?: number;
}

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
  messages: MockMessage[] = [];
  settings = { ...siteDefaults };
  /** Network cards by machine; one when nothing is said. */
  readonly hardware = new Map<string, Record<string, string>[]>();
  schedules = seededSchedules();
  images: LibraryImage[] = [
    image('debian-12-desktop.qcow2', 1_640_000_000),
    image('tiny.qcow2', 15_900_000),
    image('router.vmdk', 412_000_000, null, true),
    image('with-backing-file.qcow2', 820_000, 'It names a backing file; such images are refused.'),
  ];
  /** The next request of this command fails, with this sentence. */
  failNext: { command: string; message: string } | null = null;

  /** While it is set, what is asked for queues, and says this. */
  queueNext: Pick<Request, 'waits_for' | 'position'> | null = null;

  /** How long an upload takes in tests. */
  uploadMs = 20;

  private readonly stepMs: number;
  private readonly listeners = new Set<(hint: Hint) => void>();
  private lastDomain = 100;

  constructor({ stepMs = 700 }: MockOptions = {}) {
    this.stepMs = stepMs;
    seed(this);
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
      case 'GET domains/:id/hardware':
        return this.withDomain(id, (domain) =>
          ok(hardwareOf(domain, this.hardware, this.user?.is_admin === true)),
        );
      case 'GET domains/:id/history':
        return this.withDomain(id, (domain) => ok(historyOf(domain, this.requests)));
      case 'PUT domains/:id/published':
        return this.withDomain(id, (domain) => {
          this.change(domain, { is_public: fields.is_public === true });
          return ok(this.shown(domain));
        });
      case 'PUT domains/:id/clones':
        return this.withDomain(id, (domain) => {
          this.change(domain, { volatile_clones: fields.volatile === true });
          return ok(this.shown(domain));
        });
      case 'PUT domains/:id/shares':
      case 'DELETE domains/:id/shares':
        return this.withDomain(id, (domain) => this.share(method, domain, path.split('/')[5]));
      case 'PUT domains/:id/pool':
        return this.withDomain(id, (domain) => {
          this.change(domain, { pool: poolOf(domain, fields) });
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
      case 'PATCH domains/:id/settings':
        return this.withDomain(id, (domain) => {
          this.change(domain, { settings: settingsOf(domain, fields) });
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
        return ok({ requests: requestsOf(this.requests, this.user, url.searchParams) });
      case 'GET requests/:id':
        return this.withRequest(id, (request) => ok(told(request, this.requests)));
      case 'POST requests/:id/retry':
        return this.withRequest(id, (request) => this.retry(request));
      case 'POST requests':
        return this.ask(String(fields.command), fields.args as Record<string, unknown>);
      case 'DELETE requests/:id':
        return this.withRequest(id, (request) => this.cancel(request));
      case 'GET commands':
        return ok({ commands: [...new Set(this.requests.map((r) => r.command))].map(command) });
      case 'GET messages':
        return ok(messagesOf(this.messages, this.user.id, url.searchParams));
      case 'POST messages/:id':
      case 'POST messages/:id/read':
        for (const message of this.messages.filter(({ user }) => user === this.user?.id)) {
          if (id === 'read' || message.id === Number(id)) message.read_at ??= now();
        }
        return { status: 204 };
      case 'GET health':
        return ok(health(this.requests));
      case 'GET nodes':
        return ok({
          nodes: [node('local', 'up', null), node('attic', 'down', 'No route to host.')],
        });
      case 'GET schedules':
        return ok({ schedules: this.schedules, commands: schedulable });
      case 'GET schedules/:id':
        return ok(whenOf(url.searchParams.get('cron') ?? ''));
      case 'POST schedules':
      case 'PUT schedules/:id':
        return this.setSchedule(Number(id ?? this.schedules.length + 1), fields);
      case 'PUT settings':
        Object.assign(this.settings, fields);
        return ok({ settings: this.settings, defaults: siteDefaults });
      case 'GET settings':
        return ok({ settings: this.settings, defaults: siteDefaults });
      case 'GET library':
        return ok({ images: this.images });
      case 'PUT library/:id':
        return this.upload(decodeURIComponent(id ?? ''), Number(fields.length));
      case 'DELETE library/:id':
        this.images = this.images.filter(({ file }) => file !== decodeURIComponent(id ?? ''));
        this.emit('image', {});
        return { status: 204 };
      case 'GET users':
        return ok({ users: this.accounts.map(listed) });
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
    return this.domains.filter(
      (d) =>
        user?.is_admin === true ||
        d.owner.id === user?.id ||
        d.shared_with.some(({ id }) => id === user?.id),
    );
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
            volatile_clones: base.volatile_clones,
          },
          domain: domain ? this.shown(domain) : null,
          shared_by: null,
        };
      }),
      ...own
        .filter((d) => d.base_id === null)
        .map((domain) => ({ base: null, domain: this.shown(domain), shared_by: null })),
      ...this.domains
        .filter((d) => d.shared_with.some(({ id }) => id === this.user?.id))
        .map((domain) => ({ base: null, domain: this.shown(domain), shared_by: domain.owner })),
    ];
  }

  private setSchedule(id: number, fields: Partial<Schedule>): Answer {
    const before = this.schedules.find((s) => s.id === id);
    const changed = schedule({ name: '', ...before, ...fields, id });
    const others = this.schedules.filter((s) => s.id !== id);
    this.schedules = [...others, { ...changed, when: whenOf(changed.cron) }];
    return ok(changed);
  }

  private share(method: string, domain: Domain, name: string | undefined): Answer {
    const person = this.accounts.find((a) => a.name === name);
    if (!person) return problem(404, 'unknown_user', `There is no user called ${name}.`);
    const others = domain.shared_with.filter(({ id }) => id !== person.id);
    const added = method === 'PUT' ? [{ id: person.id, name: person.name }] : [];
    this.change(domain, { shared_with: [...others, ...added] });
    return ok(this.shown(domain));
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
      may: may(domain, this.user?.is_admin === true),
    };
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
      return { status: 202, body: told(this.write(word, domain, args), this.requests) };
    }
    if (word === 'clone_base') {
      const parent = this.domains.find((d) => d.id === args.base);
      const { user } = this;
      if (!parent || !user) return problem(404, 'unknown_domain', 'There is no such base.');
      const names = (args.users as string[] | undefined) ?? [];
      for (let i = 1; i <= Number(args.number ?? 0); i++)
        this.addClone(parent, user, `${parent.name}-${i}`);
      for (const owner of this.accounts.filter((a) => names.includes(a.name)))
        this.addClone(parent, owner);
      return { status: 202, body: told(this.write(word, parent, args), this.requests) };
    }
    if (word === 'clone') {
      const parent = this.domains.find((d) => d.id === args.base);
      const owner = this.accounts.find((a) => a.id === (args.owner ?? this.user?.id));
      if (!parent || !owner) return problem(404, 'unknown_domain', 'There is no such base.');
      const domain = this.addClone(parent, owner, args.name);
      return { status: 202, body: told(this.write(word, domain, args), this.requests) };
    }
    return this.withDomain(String(args.domain), (domain) =>
      [...may(domain, this.user?.is_admin === true), ...unoffered].includes(word)
        ? { status: 202, body: told(this.write(word, domain, args), this.requests) }
        : problem(403, 'not_allowed', `${domain.name} can't do that now.`),
    );
  }

  private withRequest(id: string | undefined, act: (request: Request) => Answer): Answer {
    const request = this.requests.find((r) => r.id === Number(id));
    const mine = this.user?.is_admin === true || request?.user?.id === this.user?.id;
    return request && mine ? act(request) : problem(404, 'not_found', 'There is no such request.');
  }

  private cancel(request: Request): Answer {
    if (!isPending(request)) return problem(409, 'ended', 'It has ended already.');
    this.tell(request, { cancel_asked_at: now() });
    if (request.state !== 'working') {
      setTimeout(() => {
        this.tell(request, { state: 'cancelled', ended_at: now() });
      }, this.stepMs / 4);
    }
    return ok(told(request, this.requests));
  }

  private retry(request: Request): Answer {
    if (request.state !== 'failed' && request.state !== 'cancelled') {
      return problem(409, 'not_ended_badly', 'It did not end badly.');
    }
    return this.ask(request.command, request.args as Record<string, unknown>);
  }

  private upload(file: string, length: number): Answer {
    if (this.images.some((known) => known.file === file)) {
      return problem(409, 'exists', `There is a ${file} already. Remove it first.`);
    }
    if (!/\.(qcow2|img|raw|vmdk|vdi|ova)$/.test(file)) {
      return problem(422, 'not_importable', 'It is no disk image.');
    }
    const added = image(file, length, null, true);
    this.images.push(added);
    this.emit('image', {});
    return { status: 201, body: added };
  }

  private write(
    word: string,
    domain: Domain,
    args: Record<string, unknown>,
    after: number | null = null,
  ): Request {
    const request = newRequest({
      id: (this.requests.at(-1)?.id ?? 0) + 1,
      command: word,
      state: after === null ? 'requested' : 'waiting',
      user: { id: this.user?.id ?? 1, name: this.user?.name ?? 'admin' },
      domain_id: domain.id,
      domain_name: domain.name,
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
    if (this.queueNext !== null) this.tell(request, { state: 'waiting', ...this.queueNext });
    while (this.queueNext !== null) await pause(this.stepMs / 5);
    if (!isPending(request)) return;
    this.tell(request, {
      state: 'working',
      started_at: now(),
      attempts: 1,
      waits_for: null,
      position: null,
    });
    if (request.command === 'start_domain') this.setState(domain, 'starting');
    if (request.command === 'shutdown_domain') this.setState(domain, 'shutting_down');
    if (request.command === 'remove_domain') this.setState(domain, 'removing');
    for (const [progress, text] of stepsOf(request.command)) {
      const step = { at: now(), attempt: 1, percent: progress, text, took_ms: null };
      this.tell(request, {
        progress,
        progress_text: text,
        steps: [...(request.steps ?? []), step],
      });
      await pause(this.stepMs);
      const took_ms = Date.now() - Date.parse(step.at);
      const steps = (request.steps ?? []).map((s) => (s === step ? { ...s, took_ms } : s));
      this.tell(request, { steps });
      if (request.cancel_asked_at !== null) {
        if (domain.state === 'starting') this.setState(domain, 'shutdown');
        this.tell(request, { state: 'cancelled', ended_at: now() });
        return;
      }
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
    finish(this, request, domain);
    this.tell(request, { state: 'done', progress: 100, progress_text: null, ended_at: now() });
  }

  change(domain: Domain, fields: Partial<Domain>): void {
    Object.assign(domain, fields);
    this.emit('domain', { domain_id: domain.id, state: domain.state });
  }

  private tell(request: Request, fields: Partial<Request>): void {
    const before = request.state;
    Object.assign(request, fields);
    const { id, domain_id, state, progress, progress_text } = request;
    this.emit('request', { request_id: id, domain_id, state, progress, progress_text });
    if (state !== before && !isPending(request)) this.say(request);
  }

  /** Tells whoever asked for it how it ended. */
  private say(request: Request): void {
    const { id, domain_id, domain_name, state, error, command: word } = request;
    this.messages.push(
      newMessage({
        id: (this.messages.at(-1)?.id ?? 0) + 1,
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
    this.emit('message', {});
  }

  /** Tells somebody what Broker does by itself. */
  tellUser(
    name: string,
    kind: MockMessage['kind'],
    domain: string,
    data: Partial<MockMessage['data']>,
  ): void {
    this.messages.push(
      ownMessage({
        id: (this.messages.at(-1)?.id ?? 0) + 1,
        user: this.accounts.find((a) => a.name === name)?.id ?? 1,
        kind,
        domain_id: domain,
        domain_name: this.domains.find((d) => d.id === domain)?.name ?? null,
        data,
      }),
    );
    this.emit('message', {});
  }

  emit(kind: string, data: Record<string, unknown>): void {
    for (const listener of this.listeners) listener({ kind, data });
  }

  addClone(base: Domain, owner: SessionUser, name?: unknown): Domain {
    return this.add({
      name: typeof name === 'string' && name !== '' ? name : `${base.name}-${owner.name}`,
      alias: base.alias,
      owner: { id: owner.id, name: owner.name },
      base_id: base.id,
      base_name: base.name,
      state: 'creating',
      memory_kib: base.memory_kib,
      vcpus: base.vcpus,
      is_volatile: base.volatile_clones,
    });
  }

  add(fields: Partial<Domain> & { name: string }): Domain {
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
      is_volatile: false,
      volatile_clones: false,
      memory_kib: 524_288,
      vcpus: 1,
      address: null,
      client: null,
      shared_with: [],
      pool: null,
      pool_use: null,
      needs_restart: false,
      started_at: null,
      ends_at: null,
      settings: {
        autostart: false,
        run_timeout_seconds: null,
        shutdown_timeout_seconds: null,
        shutdown_disconnected: false,
        disconnect_grace_seconds: null,
      },
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
}
