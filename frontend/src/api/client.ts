import { Problem } from './problem';
import type { paths } from './schema';

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';
type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];
type Operation<P extends keyof paths, M extends Method> = M extends keyof paths[P]
  ? paths[P][M]
  : never;

type JsonOf<T> = T extends { content: { 'application/json': infer J } } ? J : undefined;
type Answer<O> = O extends { responses: infer R }
  ? { [S in keyof R]: S extends 200 | 201 | 202 | 204 ? JsonOf<R[S]> : never }[keyof R]
  : never;
type Part<O, K extends 'path' | 'query'> = O extends { parameters: infer R }
  ? K extends keyof R
    ? R[K]
    : undefined
  : undefined;
type Body<O> = O extends { requestBody?: infer R } ? JsonOf<Exclude<R, undefined>> : undefined;

type Needed<K extends string, T> = [T] extends [undefined] ? object : Record<K, T>;
type Query<T> = [T] extends [undefined] ? object : { query?: T };
type Options<O> = Needed<'path', Part<O, 'path'>> &
  Query<Part<O, 'query'>> &
  Needed<'body', Body<O>> & { signal?: AbortSignal };

interface Loose {
  path?: Record<string, string | number>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}

let csrfToken = '';
let onSignedOut: () => void = () => undefined;

/** Every answer of /api/session brings the token that later changes have to show. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** For the one change that doesn't go through {@link call}: an upload. */
export function csrfHeader(): Record<string, string> {
  return { 'X-CSRF-Token': csrfToken };
}

/** Called when the server no longer knows the session. */
export function whenSignedOut(callback: () => void): void {
  onSignedOut = callback;
}

/** Calls one operation of the API document. Rejects with {@link Problem} and nothing else, except when aborted. */
export async function call<M extends Method, P extends PathWith<M>>(
  method: M,
  path: P,
  options: Options<Operation<P, M>>,
): Promise<Answer<Operation<P, M>>> {
  const { path: values = {}, query = {}, body, signal } = options as Loose;
  const ask = () => send(method, url(path, values, query), body, signal);
  let response = await ask();
  if (!response.ok) {
    let problem = await Problem.from(response);
    if (problem.code === 'bad_csrf_token') {
      // somebody signed in anew in another tab
      await renewCsrfToken(signal);
      response = await ask();
      if (!response.ok) problem = await Problem.from(response);
    }
    if (!response.ok) {
      if (problem.status === 401 && path !== '/api/session') onSignedOut();
      throw problem;
    }
  }
  const text = await response.text();
  return (text === '' ? undefined : JSON.parse(text)) as Answer<Operation<P, M>>;
}

async function renewCsrfToken(signal: AbortSignal | undefined): Promise<void> {
  const response = await send('get', '/api/session', undefined, signal);
  if (response.ok) setCsrfToken(((await response.json()) as { csrf_token: string }).csrf_token);
}

async function send(
  method: Method,
  address: string,
  body: unknown,
  signal: AbortSignal | undefined,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json' };
  if (method !== 'get') Object.assign(headers, csrfHeader());
  // text goes as it is
  const isText = typeof body === 'string';
  if (body !== undefined) headers['Content-Type'] = isText ? 'text/plain' : 'application/json';
  try {
    return await fetch(address, {
      method: method.toUpperCase(),
      headers,
      credentials: 'same-origin',
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new Problem(0, 'unreachable', '');
  }
}

function url(
  path: string,
  values: Record<string, string | number>,
  query: Record<string, unknown>,
): string {
  const filled = path.replace(/{(\w+)}/g, (_, name: string) =>
    encodeURIComponent(String(values[name])),
  );
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as unknown[]) : [value]) {
      if (typeof one === 'string' || typeof one === 'number' || typeof one === 'boolean') {
        search.append(name, String(one));
      }
    }
  }
  const tail = search.toString();
  return tail === '' ? filled : `${filled}?${tail}`;
}
