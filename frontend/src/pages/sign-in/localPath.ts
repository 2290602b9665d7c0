/** Where to go after signing in: only ever a page of our own, whatever the address bar asks for. */
export function localPath(next: string | null): string {
  if (next === null) return '/';
  const url = URL.parse(next, window.location.origin);
  if (url === null || url.origin !== window.location.origin || !next.startsWith('/')) return '/';
  return url.pathname + url.search;
}
