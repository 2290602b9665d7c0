import { InfiniteQueryObserver } from '@tanstack/react-query';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createQueryClient } from '@/app/queryClient';
import { readOlder } from './pages';

/** A list of two pages, newest first. The test lets each answer through; it was read when it was asked for. */
async function shown() {
  const client = createQueryClient();
  const queryKey = ['messages'];
  const server = { newest: 'first' };
  const answers: (() => void)[] = [];
  const list = new InfiniteQueryObserver(client, {
    queryKey,
    queryFn: ({ pageParam, signal }) =>
      new Promise<string>((resolve, reject) => {
        const read = pageParam === 0 ? server.newest : 'old';
        answers.push(() => {
          resolve(read);
        });
        signal.addEventListener('abort', () => {
          reject(new Error('broken off'));
        });
      }),
    initialPageParam: 0,
    getNextPageParam: (_, __, param: number) => (param === 0 ? 1 : undefined),
  });
  onTestFinished(list.subscribe(() => undefined));
  const asked = (times: number) =>
    vi.waitFor(() => {
      expect(answers).toHaveLength(times);
    });
  const answer = async (times: number) => {
    await asked(times);
    answers[times - 1]?.();
  };
  await answer(1);
  return {
    asked,
    answer,
    changed: (newest: string) => {
      server.newest = newest;
      return client.invalidateQueries({ queryKey });
    },
    older: () => readOlder(client, queryKey, (options) => list.fetchNextPage(options)),
    pages: () => list.getCurrentResult().data?.pages,
  };
}

it('an older page that is asked for while the list is read anew follows the news', async () => {
  const { answer, changed, older, pages } = await shown();
  const news = changed('second');
  const page = older();
  await answer(2);
  await answer(3);
  await Promise.all([news, page]);
  expect(pages()).toEqual(['second', 'old']);
});

it('news that come while an older page is on its way follow it', async () => {
  const { answer, changed, older, pages } = await shown();
  const page = older();
  const news = changed('second');
  await answer(2);
  await answer(3);
  await answer(4);
  await Promise.all([news, page]);
  expect(pages()).toEqual(['second', 'old']);
});

it('news that come while both are on their way are not lost', async () => {
  const { asked, answer, changed, older, pages } = await shown();
  const first = changed('second');
  await asked(2);
  const page = older();
  const second = changed('third');
  for (let times = 2; times <= 5; times++) await answer(times);
  await Promise.all([first, second, page]);
  expect(pages()).toEqual(['third', 'old']);
});
