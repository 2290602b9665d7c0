import {
  localStorageColorSchemeManager,
  MantineProvider,
  mergeThemeOverrides,
  Notification,
} from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { RouterProvider } from 'react-router';
import { whenSignedOut } from '@/api/client';
import { sessionQuery } from '@/api/session';
import { ConfirmProvider } from '@/components/Confirm';
import { createQueryClient } from './queryClient';
import { createRouter } from './router';
import { theme as wordless } from './theme';

const colourSchemes = localStorageColorSchemeManager({ key: 'broker-colour-scheme' });

const client = createQueryClient();
whenSignedOut(() => {
  void client.invalidateQueries({ queryKey: sessionQuery.queryKey });
});
const router = createRouter();

export function App() {
  const theme = useThemeWithWords();
  return (
    <QueryClientProvider client={client}>
      <MantineProvider
        theme={theme}
        defaultColorScheme="auto"
        colorSchemeManager={colourSchemes}
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Notifications position="bottom-right" limit={4} aria-live="polite" />
        <ConfirmProvider>
          <RouterProvider router={router} />
        </ConfirmProvider>
      </MantineProvider>
    </QueryClientProvider>
  );
}

/** Messages are shown by Mantine itself, which has no words of its own for their button. */
function useThemeWithWords() {
  const { t } = useTranslation();
  return useMemo(() => {
    const defaultProps = { closeButtonProps: { 'aria-label': t('close') } };
    return mergeThemeOverrides(wordless, {
      components: { Notification: Notification.extend({ defaultProps }) },
    });
  }, [t]);
}
