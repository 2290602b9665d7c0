import { useQueryClient } from '@tanstack/react-query';
import { createContext, use, useEffect, useMemo, useRef, useState, type ReactNode } from 'react';
import { sessionQuery } from '@/api/session';
import { HintGatherer } from './hints';
import { EventStream, type StreamState } from './stream';

interface Events {
  state: StreamState;
  retry: () => void;
}

const EventsContext = createContext<Events>({ state: 'connecting', retry: () => undefined });

/** One stream per browser tab, for as long as somebody is signed in. */
export function EventsProvider({ children }: { children: ReactNode }) {
  const client = useQueryClient();
  const [state, setState] = useState<StreamState>('connecting');
  const stream = useRef<EventStream | null>(null);

  useEffect(() => {
    const gatherer = new HintGatherer(client);
    const opened = new EventStream({
      onHint: (hint) => {
        gatherer.add(hint);
      },
      onLive: () => void client.invalidateQueries(),
      onState: (now) => {
        setState(now);
        // the session may be what ended, and nothing else on the page may ask for a while
        if (now === 'lost') void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
      },
    });
    stream.current = opened;
    opened.open();
    const retry = () => {
      opened.retry();
    };
    window.addEventListener('online', retry);
    return () => {
      window.removeEventListener('online', retry);
      opened.close();
      gatherer.stop();
    };
  }, [client]);

  const events = useMemo(() => ({ state, retry: () => stream.current?.retry() }), [state]);
  return <EventsContext value={events}>{children}</EventsContext>;
}

export function useEvents(): Events {
  return use(EventsContext);
}
