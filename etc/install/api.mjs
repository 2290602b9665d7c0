// Broker's API as somebody's browser uses it: his cookies, and the token that shows
// that a change is meant.
import { setTimeout as sleep } from 'node:timers/promises';

export class Api {
  #address;
  #cookies = new Map();
  #csrfToken = '';

  constructor(address) {
    this.#address = address;
  }

  get cookies() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
  }

  async signIn(name, password) {
    await this.call('GET', '/api/session');
    const session = await this.call('POST', '/api/session', { name, password });
    if (!session.signed_in) throw new Error('the session says that nobody is signed in');
  }

  // A body of bytes is sent as it is, any other as JSON. An error has the answer's status.
  async call(method, path, body) {
    const isBytes = body instanceof Uint8Array;
    const response = await fetch(this.#address + path, {
      method,
      headers: {
        Cookie: this.cookies,
        ...(method !== 'GET' && { 'X-CSRF-Token': this.#csrfToken, Origin: this.#address }),
        ...(body && { 'Content-Type': isBytes ? 'application/octet-stream' : 'application/json' }),
      },
      body: body && !isBytes ? JSON.stringify(body) : body,
      signal: AbortSignal.timeout(20_000),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [pair] = cookie.split(';');
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const text = await response.text();
    const answer =
      text && response.headers.get('Content-Type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) {
      throw Object.assign(
        new Error(`${method} ${path}: ${response.status} ${answer.detail ?? answer.title ?? text}`),
        { status: response.status },
      );
    }
    if (answer.csrf_token) this.#csrfToken = answer.csrf_token;
    return answer;
  }

  // Waits until a request is done.
  async ended(id, deadline) {
    return until(deadline, `request ${id} did not end`, async () => {
      const request = await this.call('GET', `/api/requests/${id}`);
      if (['failed', 'cancelled'].includes(request.state)) {
        throw final(`${request.command} ${request.state}: ${request.error?.message ?? ''}`);
      }
      return request.state === 'done' ? request : undefined;
    });
  }
}

// Asks again until there is an answer that is not undefined.
export async function until(deadline, what, ask) {
  let reason = '';
  while (performance.now() < deadline) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      if (error.isFinal) throw error;
      reason = `: ${error.message.trim()}`;
    }
    await sleep(100);
  }
  throw new Error(`${what} within the time${reason}`);
}

const final = (message) => Object.assign(new Error(message), { isFinal: true });
