import { localStorageColorSchemeManager, MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from 'react-router';
import { whenSignedOut } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { ConfirmProvider } from '@/components/Confirm';
import { createQueryClient } from './queryClient';
import { createRouter } from './router';
import { theme } from './theme';

const colourSchemes = localStorageColorSchemeManager({ key: 'broker-colour-scheme' });

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
