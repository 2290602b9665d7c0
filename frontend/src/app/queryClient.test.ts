import { QueryObserver } from '@tanstack/react-query';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createQueryClient } from './queryClient';

/** A list on a page. The test gives each answer; it was read when it was asked for. */
function shown() {
  const client = createQueryClient();
  const answers: ((state: string) => void)[] = [];
  const list = new QueryObserver(client, {
    queryKey: ['requests'],
    queryFn: ({ signal }) =>
      new Promise<string>((resolve, reject) => {
        answers.push(resolve);
        signal.addEventListener('abort', () => {
          reject(new Error('broken off'));
        });
      }),
  });
  onTestFinished(list.subscribe(() => undefined));
  return {
    changed: () => void client.invalidateQueries({ queryKey: ['requests'] }),
    asked: (times: number) =>
      vi.waitFor(() => {
        expect(answers).toHaveLength(times);
      }),
    answer: (state: string) => answers.at(-1)?.(state),
    shows: (state: string) =>
      vi.waitFor(() => {
        expect(list.getCurrentResult().data).toBe(state);
      }),
  };
}

describe('a list that changes', () => {
  it('while its first answer is on its way is read once more', async () => {
    const { changed, asked, answer, shows } = shown();
    await asked(1);
    changed();
    answer('working');
    await asked(2);
    answer('failed');
    await shows('failed');
  });

  it('faster than it can be read shows each answer, and the last change in the end', async () => {
    const { changed, asked, answer, shows } = shown();
    answer('requested');
    await shows('requested');
    changed();
    await asked(2);
    for (let i = 0; i < 3; i++) changed();
    answer('working');
    await shows('working');
    await asked(3);
    answer('failed');
    await shows('failed');
    await asked(3);
  });
});
