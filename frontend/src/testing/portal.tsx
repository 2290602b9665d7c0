import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { vi } from 'vitest';
import { bodyOf } from '../../mock/body';
import { MockBroker, type MockOptions } from '../../mock/broker';
import { createQueryClient } from '@/app/queryClient';
import { routes } from '@/app/router';
import { theme } from '@/app/theme';
import { ConfirmProvider } from '@/components/Confirm';
import { startTexts } from '@/i18n';
import type { Language } from '@/i18n/languages';

/** Puts a broker in memory behind fetch and EventSource. */
export function stubBroker(options: MockOptions = { stepMs: 5 }): MockBroker {
  const broker = new MockBroker(options);
  vi.stubGlobal('fetch', (address: string, init: RequestInit = {}) => {
    const { 'Content-Type': type } = (init.headers ?? {}) as Record<string, string | undefined>;
    const body = typeof init.body === 'string' ? bodyOf(init.body, type) : undefined;
    const url = new URL(address, window.location.origin);
    const answer = broker.handle(init.method ?? 'GET', url, body);
    const text = answer.body === undefined ? null : JSON.stringify(answer.body);
    return Promise.resolve(
      new Response(text, { status: answer.status, headers: answer.headers ?? {} }),
    );
  });
  vi.stubGlobal('EventSource', eventSourceOf(broker));
  vi.stubGlobal('XMLHttpRequest', xhrOf(broker));
  return broker;
}

/** As much of it as an upload needs: half of the bytes are told before the answer comes. */
function xhrOf(broker: MockBroker) {
  return class extends EventTarget {
    readonly upload = new EventTarget();
    status = 0;
    responseText = '';
    private address = '';
    private isAborted = false;

    open(_method: string, address: string) {
      this.address = address;
    }

    setRequestHeader() {
      return undefined;
    }

    abort() {
      this.isAborted = true;
    }

    send(file: File) {
      const progress = (loaded: number) =>
        this.upload.dispatchEvent(new ProgressEvent('progress', { loaded, total: file.size }));
      progress(file.size / 2);
      setTimeout(() => {
        if (this.isAborted) return;
        progress(file.size);
        const url = new URL(this.address, window.location.origin);
        const { status, body } = broker.handle('PUT', url, { length: file.size });
        this.status = status;
        this.responseText = JSON.stringify(body);
        this.dispatchEvent(new Event('load'));
        this.dispatchEvent(new Event('loadend'));
      }, broker.uploadMs);
    }
  };
}

function eventSourceOf(broker: MockBroker) {
  return class extends EventTarget {
    onerror: (() => void) | null = null;
    private readonly stop: () => void;

    constructor() {
      super();
      this.stop = broker.listen(({ kind, data }) => {
        this.dispatchEvent(new MessageEvent(kind, { data: JSON.stringify(data) }));
      });
      queueMicrotask(() => {
        this.dispatchEvent(new MessageEvent('hello', { data: '{}' }));
      });
    }

    close() {
      this.stop();
    }
  };
}

/** The whole portal, as main.tsx shows it, at an address. */
export async function showPortal(path: string, language: Language = 'en') {
  await startTexts(language);
  const router = createMemoryRouter(routes, { initialEntries: [path] });
  const view = render(
    <QueryClientProvider client={createQueryClient()}>
      <MantineProvider theme={theme} env="test">
        <Notifications aria-live="polite" />
        <ConfirmProvider>
          <RouterProvider router={router} />
        </ConfirmProvider>
      </MantineProvider>
    </QueryClientProvider>,
  );
  return { ...view, router, user: userEvent.setup({ delay: null }) };
}
