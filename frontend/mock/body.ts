/** What a call carries; text that is no JSON is a field of its own. */
export function bodyOf(text: string, type: string | undefined): unknown {
  if (text === '') return undefined;
  return type === 'text/plain' ? { text } : JSON.parse(text);
}
