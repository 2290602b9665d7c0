/** A field of date and time, by the reader's clock: 2026-11-24T10:00, or nothing. */
export function dateTimeField(iso: string | null | undefined): string {
  // Swedish writes them as the field does, but for the T
  return iso == null ? '' : new Date(iso).toLocaleString('sv-SE').slice(0, 16).replace(' ', 'T');
}

/** The instant that a field says; null when it says nothing. */
export function instantOf(field: string): string | null {
  return field === '' ? null : new Date(field).toISOString();
}
