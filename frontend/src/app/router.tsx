import { createBrowserRouter, Outlet, type RouteObject } from 'react-router';
import { Guard, SignedInEvents } from './Guard';
import { pages, type Page } from './page';
import { Crash } from './Crash';
import { PageFrame } from './PageFrame';
import { Shell } from './Shell';

function routeOf(page: Page): RouteObject {
  return {
    path: page.path,
    lazy: async () => {
      const { default: Component } = await page.load();
      return {
        element: (
          <Guard audience={page.audience}>
            <PageFrame page={page}>
              <Component />
            </PageFrame>
          </Guard>
        ),
      };
    },
  };
}

/** One route per folder in pages/. */
export const routes: RouteObject[] = [
  {
    element: (
      <SignedInEvents>
        <Outlet />
      </SignedInEvents>
    ),
    errorElement: <Crash />,
    // shown while the first page's code is on its way; the frame follows within milliseconds
    HydrateFallback: () => null,
    children: [
      { element: <Shell />, children: pages.filter((p) => p.frame === 'shell').map(routeOf) },
      ...pages.filter((p) => p.frame === 'bare').map(routeOf),
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
