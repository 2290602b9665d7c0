import { uploadImage } from '@/api/upload';
import type { UploadedImage } from '@/api/types';

export interface Upload {
  id: number;
  file: string;
  /** In bytes. */
  size: number;
  /** In bytes. */
  sent: number;
  /** Over the last seconds; null before there is anything to tell. */
  bytesPerSecond: number | null;
  state: 'queued' | 'sending' | 'done' | 'failed';
  found: UploadedImage | null;
  problem: unknown;
}

/** The speed is that of this much time: older than that it is no guide for what is left. */
const windowMs = 4000;

/**
 * The uploads of this tab, one after the other. They outlive the page that shows them: somebody
 * may look at something else meanwhile.
 */
export class Uploads {
  private list: readonly Upload[] = [];
  private readonly listeners = new Set<() => void>();
  private readonly files = new Map<number, File>();
  private readonly controllers = new Map<number, AbortController>();
  private last = 0;

  constructor(
    private readonly send = uploadImage,
    private readonly now = () => performance.now(),
  ) {}

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  /** The same array for as long as nothing changed. */
  readonly all = (): readonly Upload[] => this.list;

  add(files: readonly File[], onDone: () => void): void {
    for (const file of files) {
      this.last += 1;
      this.files.set(this.last, file);
      this.set([
        ...this.list,
        {
          id: this.last,
          file: file.name,
          size: file.size,
          sent: 0,
          bytesPerSecond: null,
          state: 'queued',
          found: null,
          problem: null,
        },
      ]);
    }
    this.next(onDone);
  }

  /** Ends it if it is on its way, and takes it off the list. */
  drop(id: number): void {
    this.controllers.get(id)?.abort();
    this.files.delete(id);
    this.set(this.list.filter((upload) => upload.id !== id));
  }

  private next(onDone: () => void): void {
    if (this.list.some(({ state }) => state === 'sending')) return;
    const upload = this.list.find(({ state }) => state === 'queued');
    const file = upload && this.files.get(upload.id);
    if (upload && file) void this.run(upload.id, file, onDone);
  }

  private async run(id: number, file: File, onDone: () => void): Promise<void> {
    const controller = new AbortController();
    this.controllers.set(id, controller);
    const samples = [{ at: this.now(), sent: 0 }];
    this.change(id, { state: 'sending' });
    try {
      const found = await this.send(
        file,
        (sent) => {
          const at = this.now();
          samples.push({ at, sent });
          while (samples.length > 2 && at - (samples[0]?.at ?? at) > windowMs) samples.shift();
          this.change(id, { sent, bytesPerSecond: speedOf(samples) });
        },
        controller.signal,
      );
      this.change(id, { state: 'done', sent: file.size, found });
      onDone();
    } catch (problem) {
      // a dropped one isn't on the list any more
      this.change(id, { state: 'failed', problem });
    }
    this.controllers.delete(id);
    this.files.delete(id);
    this.next(onDone);
  }

  private change(id: number, fields: Partial<Upload>): void {
    this.set(this.list.map((upload) => (upload.id === id ? { ...upload, ...fields } : upload)));
  }

  private set(list: readonly Upload[]): void {
    this.list = list;
    for (const listener of this.listeners) listener();
  }
}

function speedOf(samples: readonly { at: number; sent: number }[]): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at <= first.at) return null;
  return ((last.sent - first.sent) * 1000) / (last.at - first.at);
}

export const uploads = new Uploads();
