/** What a test is about is there; if not, it fails here and says so. */
export function found<T>(thing: T | undefined): T {
  if (thing === undefined) throw new Error('it is not there');
  return thing;
}
