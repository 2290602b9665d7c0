/** The way in. */
import type { MockBroker } from './broker';
import { rightCode } from './account';
import { reachOf } from './people';
import { maintenanceOf } from './settings';
import { account, ok, problem, type Account, type Answer } from './things';

/** What is answered before anything else is; null when it is none of that. */
export function beforeAll(
  broker: MockBroker,
  method: string,
  path: string,
  fields: Record<string, unknown>,
): Answer | null {
  if (path === '/api/session') return session(broker, method, fields);
  if (path === '/api/session/second-factor' && method === 'POST') return withCode(broker, fields);
  if (path === '/api/session/ways') return ok({ open_id: broker.openId });
  if (path === '/api/guests') return guests(broker, method, fields);
  if (path === '/api/first-admin') return firstAdmin(broker, fields);
  if (broker.user === null) return problem(401, 'signed_out', 'Sign in first.');
  if (!broker.user.is_admin && maintenanceOf(broker)?.is_now === true) {
    return problem(503, 'maintenance', broker.maintenance?.message ?? '');
  }
  if (path === '/api/session/password') return changePassword(broker, fields);
  if (path === '/api/session/language') {
    broker.user.language = String(fields.language);
    return { status: 204 };
  }
  if (broker.user.must_change_password) {
    return problem(403, 'password_change_required', 'Choose a new password first.');
  }
  return null;
}

function session(broker: MockBroker, method: string, fields: Record<string, unknown>): Answer {
  if (method === 'DELETE') {
    broker.user = null;
    return { status: 204 };
  }
  if (method === 'POST') {
    const found = broker.accounts.find((a) => a.name === fields.name);
    if (found?.password !== fields.password) {
      return problem(401, 'wrong_credentials', 'Name and password do not match.');
    }
    if (found !== undefined && broker.factors.has(found.id)) return codeNeeded(found);
    broker.user = found ?? null;
  }
  return signedIn(broker);
}

/** The password was right, and the account has a second factor. */
function codeNeeded({ id }: Account): Answer {
  const answer = problem(401, 'second_factor_required', 'Type the code.');
  return { ...answer, body: { ...(answer.body as object), state: String(id) } };
}

function withCode(broker: MockBroker, { state, code }: Record<string, unknown>): Answer {
  if (code !== rightCode) return problem(401, 'wrong_credentials', 'Code or state is wrong.');
  broker.user = broker.accounts.find(({ id }) => String(id) === state) ?? null;
  return signedIn(broker);
}

function signedIn(broker: MockBroker): Answer {
  const csrf_token = 'mock-token';
  const maintenance = maintenanceOf(broker);
  if (broker.user === null) return ok({ signed_in: false, csrf_token, user: null, maintenance });
  const grants = reachOf(broker, broker.user.id);
  const user = { ...broker.user, grants, password: undefined };
  return ok({ signed_in: true, csrf_token, user, maintenance });
}

function firstAdmin(broker: MockBroker, fields: Record<string, unknown>): Answer {
  if (fields.token !== broker.firstAdminLink) {
    return problem(403, 'link_used_up', 'This link no longer counts.');
  }
  const name = String(fields.name);
  const made = account(broker.accounts.length + 1, name, name, true);
  broker.accounts.push({ ...made, password: String(fields.password) });
  broker.firstAdminLink = null;
  return { status: 204 };
}

function changePassword({ user }: MockBroker, fields: Record<string, unknown>): Answer {
  if (user === null) return problem(401, 'signed_out', '');
  if (fields.current_password !== user.password) {
    return problem(403, 'wrong_credentials', 'The current password is wrong.');
  }
  const chosen = String(fields.new_password);
  if (chosen.length < 10) {
    return problem(400, 'weak_password', 'The password is too weak.', [
      'A password has ten characters at least.',
    ]);
  }
  user.password = chosen;
  user.must_change_password = false;
  return { status: 204 };
}

/** Each guest is somebody new. */
function guests(broker: MockBroker, method: string, fields: Record<string, unknown>): Answer {
  const open = broker.domains.filter(({ id }) => broker.guestBases.includes(id));
  if (method === 'GET') {
    const bases = open.map(({ id, name, alias, description }) => ({
      id,
      name,
      alias,
      description,
    }));
    return ok({ bases });
  }
  const base = open.find(({ id }) => id === fields.base);
  if (base === undefined) return problem(404, 'unknown_domain', 'There is no such base.');
  const id = broker.accounts.length + 1;
  const guest = account(id, `guest-${id}`, 'Guest', false);
  broker.accounts.push(guest);
  broker.user = guest;
  const domain = Object.assign(broker.addClone(base, guest), { state: 'starting' });
  return { status: 202, body: { domain, requests: [] } };
}
