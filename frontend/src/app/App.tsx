import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { whenSignedOut } from '@/api/client';
import { Problem } from '@/api/problem';
import { sessionQuery } from '@/api/session';
import { ConfirmProvider } from '@/components/Confirm';
import { createRouter } from './router';
import { theme } from './theme';

const colourSchemes = localStorageColorSchemeManager({ key: 'broker-colour-scheme' });

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        // events tell what is stale; a refused question isn't asked again
        staleTime: 30_000,
        retry: (failures, error) =>
          failures < 3 && error instanceof Problem && (error.status === 0 || error.status >= 502),
        refetchOnWindowFocus: 'always',
      },
    },
  });
}

const client = createQueryClient();
whenSignedOut(() => {
  void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
});
const router = createRouter();

export function App() {
  return (
    <QueryClientProvider client={client}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colourSchemes}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Notifications position="bottom-right" limit={4} />
        <ConfirmProvider>
          <RouterProvider router={router} />
        </ConfirmProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}
