import { afterEach, describe, expect, it, vi } from 'vitest';
import { call, setCsrfToken, whenSignedOut } from './client';
import { Problem } from './problem';

const id = '00000000-0000-4000-8000-000000000001';

function answer(status: number, body: unknown, headers: Record<string, string> = {}) {
  const text = body === undefined ? null : JSON.stringify(body);
  const fetched = vi.fn<(address: string, init: RequestInit) => Promise<Response>>(() =>
    Promise.resolve(new Response(text, { status, headers })),
  );
  vi.stubGlobal('fetch', fetched);
  return fetched;
}

const refusalOf = (promise: Promise<unknown>) =>
  promise.then(
    () => {
      throw new Error('it was not refused');
    },
    (problem: unknown) => problem as Problem,
  );

afterEach(() => {
  whenSignedOut(() => undefined);
});

describe('a call', () => {
  it('shows the token on changes and fills the path', async () => {
    setCsrfToken('secret');
    const fetched = answer(200, {});
    await call('put', '/api/domains/{id}/published', { path: { id }, body: { is_public: true } });
    const [address, init] = fetched.mock.calls[0] ?? [];
    expect(address).toBe(`/api/domains/${id}/published`);
    expect(init?.method).toBe('PUT');
    expect(init?.body).toBe('{"is_public":true}');
    expect(init?.headers).toMatchObject({ 'X-CSRF-Token': 'secret' });
  });

  it('leaves out what is not filtered by, and names each of several', async () => {
    const fetched = answer(200, { requests: [] });
    await call('get', '/api/requests', {
      query: { state: ['failed', 'done'], command: undefined, text: '100% & more' },
    });
    expect(fetched.mock.calls[0]?.[0]).toBe(
      '/api/requests?state=failed&state=done&text=100%25+%26+more',
    );
  });

  it('is refused with the code, the sentence and the time to wait', async () => {
    answer(429, { code: 'too_many_attempts', detail: 'Slow down.' }, { 'Retry-After': '30' });
    const body = { name: 'a', password: 'b' };
    const problem = await refusalOf(call('post', '/api/session', { body }));
    expect(problem).toBeInstanceOf(Problem);
    expect(problem).toMatchObject({
      status: 429,
      code: 'too_many_attempts',
      detail: 'Slow down.',
      retryAfterSeconds: 30,
    });
  });

  it.each([
    [
      ['One.', 'Two.'],
      ['One.', 'Two.'],
    ],
    [{ name: ['Taken.'], memory_mib: ['Too small.'] }, ['Taken.', 'Too small.']],
    [undefined, []],
  ])('keeps the sentences about fields: %j', async (errors, sentences) => {
    answer(400, { code: 'bad_arguments', errors });
    const problem = await refusalOf(call('get', '/api/desktops', {}));
    expect(problem.errors).toEqual(sentences);
  });

  it('survives an answer that is no problem+json', async () => {
    vi.stubGlobal('fetch', () => Promise.resolve(new Response('<html>', { status: 502 })));
    const problem = await refusalOf(call('get', '/api/desktops', {}));
    expect(problem).toMatchObject({ status: 502, code: 'http_502', detail: '' });
  });

  it('says when there was no answer at all', async () => {
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('network')));
    const problem = await refusalOf(call('get', '/api/desktops', {}));
    expect(problem).toMatchObject({ status: 0, code: 'unreachable' });
  });

  it('fetches a new token when the old one is refused, and tries once more', async () => {
    setCsrfToken('old');
    const sent: string[] = [];
    vi.stubGlobal('fetch', (address: string, init: RequestInit) => {
      if (address === '/api/session') return Promise.resolve(Response.json({ csrf_token: 'new' }));
      const token = new Headers(init.headers).get('X-CSRF-Token') ?? '';
      sent.push(token);
      return Promise.resolve(
        token === 'new'
          ? Response.json({ id: 7 })
          : Response.json({ code: 'bad_csrf_token' }, { status: 400 }),
      );
    });
    expect(await call('delete', '/api/requests/{id}', { path: { id: 7 } })).toEqual({ id: 7 });
    expect(sent).toEqual(['old', 'new']);
  });

  it('tells that the session ended', async () => {
    const ended = vi.fn();
    whenSignedOut(ended);
    answer(401, { code: 'signed_out' });
    await refusalOf(call('get', '/api/desktops', {}));
    expect(ended).toHaveBeenCalledOnce();
  });
});
