/**
 * A broker without a back end, in memory: for developing the portal and for its tests. It answers
 * the API's shapes and lets requests take a moment; it judges no rights beyond "administrator".
 * What it answers is in a file per area.
 */
import type {
  Backup,
  Domain,
  DomainState,
  LibraryImage,
  Maintenance,
  Request,
  SecondFactor,
  SessionUser,
  Snapshot,
  WaysToSignIn,
} from '../src/api/types';
import { accessRoutes, type MockRules } from './access';
import { accountRoutes, seededSessions, seededTokens } from './account';
import { auditRoutes, seededAudit } from './audit';
import { backupRoutes } from './backups';
import { bookingRoutes, seededBookings } from './bookings';
import { clientNetworkRoutes, seededNetworks } from './clientNetworks';
import { domainRoutes } from './domains';
import { peopleRoutes, seededGroups, type MockPerson } from './people';
import { healthRoutes, seededUnknown } from './health';
import { libraryRoutes, seededImages } from './library';
import { messageRoutes, ownMessage, type MockMessage } from './messages';
import { requestRoutes } from './requests';
import type { Routes } from './routes';
import { scheduleRoutes, seededSchedules } from './schedules';
import { settingsRoutes } from './settings';
import { seed } from './seed';
import { beforeAll } from './session';
import {
  account,
  isPending,
  may,
  now,
  problem,
  siteDefaults,
  uuid,
  type Account,
  type Answer,
} from './things';
import { snapshotRoutes } from './snapshots';
import { uploadRoutes } from './uploads';
import { volumeRoutes, type Content } from './volumes';

const routes: Routes = {
  ...accessRoutes,
  ...auditRoutes,
  ...accountRoutes,
  ...backupRoutes,
  ...bookingRoutes,
  ...clientNetworkRoutes,
  ...domainRoutes,
  ...healthRoutes,
  ...libraryRoutes,
  ...messageRoutes,
  ...peopleRoutes,
  ...requestRoutes,
  ...scheduleRoutes,
  ...snapshotRoutes,
  ...uploadRoutes,
  ...volumeRoutes,
  ...settingsRoutes,
};

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
  /** The time of maintenance that was announced; null for none. */
  maintenance: Omit<Maintenance, 'is_now'> | null = null;
  /** Network cards by machine; one when nothing is said. */
  readonly hardware = new Map<string, Record<string, string>[]>();
  backups: Backup[] = [];
  unknown = seededUnknown();
  /** By machine. */
  readonly snapshots = new Map<string, Snapshot[]>();
  /** Disks and CDs by machine; a system disk and an empty drive when nothing is said. */
  readonly contents = new Map<string, Content>();
  audit = seededAudit();
  /** Access rules by base; none when nothing is said. */
  readonly access = new Map<string, MockRules>();
  groups = seededGroups();
  /** By account. */
  readonly people = new Map<number, MockPerson>();
  schedules = seededSchedules();
  bookings = seededBookings();
  sessions = seededSessions();
  /** Whoever is signed in did so just now. */
  isRecent = true;
  tokens = seededTokens();
  /** The second factors, by account. */
  readonly factors = new Map<number, SecondFactor>();
  /** How many desktops a person may have running; 0 for any number. */
  startLimit = 2;
  /** No server of the directory answers. */
  isDirectoryDown = false;
  /** Where people sign in besides here; nowhere when null. */
  openId: WaysToSignIn['open_id'] = null;
  /** Bases that everybody can use. */
  guestBases: string[] = [];
  networks = seededNetworks();
  images: LibraryImage[] = seededImages();
  /** The next request of this command fails, with this sentence. */
  failNext: { command: string; message: string } | null = null;

  /** While it is set, what is asked for queues, and says this. */
  queueNext: Pick<Request, 'waits_for' | 'position'> | null = null;

  /** How long an upload takes in tests. */
  uploadMs = 20;

  readonly stepMs: number;
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
    const early = beforeAll(this, method, path, fields);
    if (early !== null || this.user === null) return early ?? problem(401, 'signed_out', '');
    const [, , area = '', id, verb = '', name = ''] = path.split('/');
    const address = [area, id && ':id', verb].filter(Boolean).join('/');
    const route = routes[`${method} ${address}`] ?? routes[`${method} ${area}/*`];
    if (route === undefined) return problem(404, 'not_found', `Nothing is at ${path}.`);
    const query = url.searchParams;
    return route(this, { user: this.user, method, id: id ?? '', verb, name, fields, query });
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

  visible(): Domain[] {
    const { user } = this;
    return this.domains.filter(
      (d) =>
        user?.is_admin === true ||
        d.owner.id === user?.id ||
        d.shared_with.some(({ id }) => id === user?.id),
    );
  }

  shown(domain: Domain): Domain {
    const pending = this.requests
      .filter((r) => r.domain_id === domain.id && isPending(r))
      .map((r) => ({
        id: r.id,
        command: r.command,
        state: r.state,
        progress: r.progress,
        progress_text: r.progress_text,
        user: r.user,
        created_at: r.created_at,
        started_at: r.started_at,
        at: r.at,
      }));
    return {
      ...domain,
      locked_by: pending.find((r) => r.state === 'working') ?? null,
      clones: this.domains.filter((d) => d.base_id === domain.id).length,
      pending,
      may: may(domain, this.user?.is_admin === true),
    };
  }

  change(domain: Domain, fields: Partial<Domain>): void {
    Object.assign(domain, fields);
    this.emit('domain', { domain_id: domain.id, state: domain.state });
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
        snapshot_limit: null,
      },
      screenshot_url: null,
      screenshot_at: null,
      clones: 0,
      created_at: now(),
      may: [],
      pending: [],
      locked_by: null,
      is_known: true,
      host_changes: null,
      ...fields,
    };
    this.domains.push(domain);
    this.emit('domain', { domain_id: domain.id, state: domain.state });
    return domain;
  }
}
