import { csrfHeader } from './client';
import { Problem } from './problem';
import type { UploadedImage } from './types';

/**
 * Sends a file into the library. By XMLHttpRequest, because fetch doesn't tell how much was sent.
 * Rejects with {@link Problem}, or with the signal's reason when aborted.
 */
export function uploadImage(
  file: File,
  onSent: (bytes: number) => void,
  signal: AbortSignal,
): Promise<UploadedImage> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => {
      request.abort();
      reject(signal.reason as Error);
    };
    request.open('PUT', `/api/library/${encodeURIComponent(file.name)}`);
    request.setRequestHeader('Content-Type', 'application/octet-stream');
    for (const [name, value] of Object.entries(csrfHeader())) request.setRequestHeader(name, value);
    request.upload.addEventListener('progress', ({ loaded }) => {
      onSent(loaded);
    });
    request.addEventListener('load', () => {
      if (request.status === 201) resolve(JSON.parse(request.responseText) as UploadedImage);
      else void refusal(request).then(reject);
    });
    request.addEventListener('error', () => {
      reject(new Problem(0, 'unreachable', ''));
    });
    request.addEventListener('loadend', () => {
      signal.removeEventListener('abort', abort);
    });
    signal.addEventListener('abort', abort, { once: true });
    request.send(file);
  });
}

function refusal({ status, responseText }: XMLHttpRequest): Promise<Problem> {
  return Problem.from(new Response(responseText, { status }));
}
