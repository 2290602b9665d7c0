/** What the API refused, or that it could not be reached at all. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** When it was met, in milliseconds since 1970. */
  readonly at = Date.now();

  constructor(
    /** HTTP status; 0 when there was no answer. */
    readonly status: number,
    /** The word that tells the reason; `unreachable` when there was no answer. */
    readonly code: string,
    /** A sentence in the server's words, empty when it sent none. */
    readonly detail: string,
    /** Sentences about the fields, or about the whole. */
    readonly errors: readonly string[] = [],
    /** How long to wait before the next try, when the server said so. */
    readonly retryAfterSeconds: number | null = null,
    /** What the call has to bring along that goes on from here. */
    readonly state: string | null = null,
  ) {
    super(detail === '' ? code : detail);
  }

  /** Reads an application/problem+json answer; a proxy in between may have sent something else. */
  static async from(response: Response): Promise<Problem> {
    const body: unknown = await response.json().catch(() => null);
    const fields =
      typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
    const retryAfter = Number(response.headers.get('Retry-After'));
    return new Problem(
      response.status,
      textOf(fields.code) || `http_${response.status}`,
      textOf(fields.detail) || textOf(fields.title),
      sentencesOf(fields.errors),
      retryAfter > 0 ? retryAfter : null,
      textOf(fields.state) || null,
    );
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Accepts a list of sentences and ASP.NET's dictionary from field to sentences. */
function sentencesOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(sentencesOf);
  if (typeof value === 'object' && value !== null) {
    return Object.values(value).flatMap(sentencesOf);
  }
  return [];
}
