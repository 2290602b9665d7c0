/** Where to go after signing in: only ever a page of our own, whatever the address bar asks for. */
export function localPath(next: string | null): string {
  if (next?.startsWith('/') !== true) return '/';
  // "//elsewhere" and "/\\elsewhere" are addresses of other hosts
  const url = new URL(next, window.location.origin);
  return url.origin === window.location.origin ? url.pathname + url.search : '/';
}
