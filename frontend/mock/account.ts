/** What proves who somebody is: sessions, tokens, the second factor of one's own. */
import type { ApiToken, Domain, LimitUse, NewToken, OwnSession } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Routes } from './routes';
import { minutesAgo, now, ok, problem, type Account, type Answer } from './things';

/** What each app shows, always. */
export const rightCode = '123456';

/** A picture with one dot. */
const png =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII=';

export const accountRoutes: Routes = {
  'GET session/:id': (broker, { user, id }) => {
    switch (id) {
      case 'account':
        return ok({
          name: user.name,
          is_admin: user.is_admin,
          source: 'local',
          expires_at: null,
          password_expires_at: minutesAgo(-60_000),
          last_sign_in_at: minutesAgo(30),
          groups: user.is_admin ? [] : ['Statistics', 'First year'],
        });
      case 'limits':
        return ok(limitsOf(broker));
      case 'second-factor':
        return ok(factorOf(broker, user.id));
      default:
        return problem(404, 'not_found', '');
    }
  },
  'POST session/:id/enrolment': (broker, { user, fields }) =>
    unproven(broker, user, fields) ??
    ok({
      secret: 'JBSWY3DPEHPK3PXP',
      uri: 'otpauth://totp/Broker:ana?secret=JBSWY3DPEHPK3PXP',
      qr_png: png,
      state: 'enrolling',
    }),
  'PUT session/:id': (broker, { user, fields }) => {
    if (fields.code !== rightCode) return problem(403, 'wrong_code', 'That is not the code.');
    broker.factors.set(user.id, { since: now(), recovery_codes: 10 });
    user.must_enrol_second_factor = false;
    broker.sessions = broker.sessions.filter((s) => s.is_this);
    const codes = Array.from({ length: 10 }, (_, i) => `abcde-fghi${i}`);
    return ok({ codes });
  },
  'POST session/:id/removal': (broker, { user, fields }) => {
    const refused = unproven(broker, user, fields);
    if (refused !== null) return refused;
    if (fields.code !== rightCode) return problem(403, 'wrong_credentials', 'The code is wrong.');
    broker.factors.delete(user.id);
    return { status: 204 };
  },
  'GET sessions': (broker) => ok({ sessions: broker.sessions }),
  'DELETE sessions': (broker) => {
    broker.sessions = broker.sessions.filter((s) => s.is_this);
    return { status: 204 };
  },
  'DELETE sessions/:id': (broker, { id }) => {
    broker.sessions = broker.sessions.filter((s) => s.id !== id);
    return { status: 204 };
  },
  'GET tokens': (broker) => ok({ tokens: broker.tokens, scopes }),
  'POST tokens': (broker, { user, fields }) => {
    const refused = unproven(broker, user, fields);
    if (refused !== null) return refused;
    const { name, scopes: chosen, expires_at } = fields as unknown as NewToken;
    const id = 1 + Math.max(0, ...broker.tokens.map((t) => t.id));
    const made = token({ id, name, scopes: chosen, expires_at });
    broker.tokens = [made, ...broker.tokens];
    return ok({ token: `${made.prefix}_and_much_more_that_nobody_guesses`, made });
  },
  'DELETE tokens/:id': (broker, { id }) => {
    broker.tokens = broker.tokens.filter((t) => t.id !== Number(id));
    return { status: 204 };
  },
};

const scopes = ['read', 'clone', 'view', 'start', 'shutdown', 'hibernate', 'remove'];

/** Why somebody doesn't get what lets him in later; null when he has shown who he is. */
function unproven(
  { isRecent }: MockBroker,
  { source, password }: Account,
  fields: Record<string, unknown>,
): Answer | null {
  if (fields.password !== '') {
    if (fields.password === password) return null;
    return problem(403, 'wrong_credentials', 'That is not your password.');
  }
  if (isRecent) return null;
  return source === 'oidc'
    ? problem(403, 'sign_in_needed', 'Sign out and in again.')
    : problem(403, 'password_needed', 'Give your password with this.');
}

export function factorOf(broker: MockBroker, user: number) {
  return broker.factors.get(user) ?? { since: null, recovery_codes: 0 };
}

/** What runs of somebody's, those first that have run longest. */
export function runningOf({ domains, user }: MockBroker) {
  return domains
    .filter((d) => d.owner.id === user?.id && d.state === 'active')
    .sort((a, b) => a.state_since.localeCompare(b.state_since));
}

/** A start that would end others has to be confirmed; null when it ends none, or was. */
export function beyondLimit(broker: MockBroker, starting: Domain | undefined, confirm: unknown) {
  const { startLimit, user } = broker;
  if (confirm !== false || user?.is_admin === true || startLimit === 0) return null;
  if (starting?.state === 'active' || starting?.state === 'paused') return null;
  const running = runningOf(broker);
  const ended = running.slice(0, Math.max(0, running.length + 1 - startLimit));
  if (ended.length === 0) return null;
  const names = ended.map((d) => d.alias ?? d.name);
  return problem(409, 'over_limit', 'Only so many desktops may run at a time.', names);
}

function limitsOf(broker: MockBroker) {
  const running = runningOf(broker);
  const clones = broker.domains.filter((d) => d.owner.id === broker.user?.id && d.base_id);
  const memory = running.reduce((sum, d) => sum + d.memory_kib, 0) / 1024 ** 2;
  const limit = (most: number, used: number): LimitUse => ({
    most,
    used,
    source: 'group Statistics',
  });
  const isAdmin = broker.user?.is_admin === true;
  return {
    start_limit: limit(isAdmin ? 0 : broker.startLimit, running.length),
    clone_limit: limit(isAdmin ? 0 : 5, clones.length),
    disk_gib: limit(isAdmin ? 0 : 40, 34.5),
    memory_gib: limit(isAdmin ? 0 : 4, memory),
    own: null,
  };
}

function token(fields: Partial<ApiToken> & { id: number; name: string }): ApiToken {
  return {
    prefix: `brk_${String(fields.id).padStart(4, '0')}`,
    scopes: ['read'],
    created_at: now(),
    expires_at: minutesAgo(-40_000),
    last_used_at: null,
    last_used_from: null,
    ...fields,
  };
}

export function seededTokens(): ApiToken[] {
  return [
    token({
      id: 1,
      name: 'Start my desktop in the morning',
      scopes: ['read', 'start'],
      last_used_at: minutesAgo(400),
      last_used_from: '192.0.2.7',
    }),
  ];
}

export function seededSessions(): OwnSession[] {
  const session = (id: string, fields: Partial<OwnSession>): OwnSession => ({
    id,
    proof: 'password',
    address: '192.0.2.7',
    user_agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0',
    created_at: minutesAgo(200),
    seen_at: now(),
    expires_at: minutesAgo(-700),
    is_this: false,
    ...fields,
  });
  return [
    session('here', { is_this: true }),
    session('phone', {
      address: '198.51.100.20',
      user_agent: 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36',
      seen_at: minutesAgo(90),
    }),
    session('old', { address: '203.0.113.9', user_agent: 'curl/8.5', seen_at: minutesAgo(600) }),
  ];
}
