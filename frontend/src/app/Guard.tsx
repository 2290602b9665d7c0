import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Navigate, useLocation } from 'react-router';
import { useIsKeptOut } from '@/api/maintenance';
import { useSession } from '@/api/session';
import type { SessionUser } from '@/api/types';
import { PageSkeleton } from '@/components/PageSkeleton';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { IconLock, IconTool } from '@tabler/icons-react';
import { EventsProvider } from '@/events/EventsProvider';
import { useToasts } from '@/messages/useToasts';
import { isFor, type Page } from './page';

export const signInPath = '/sign-in';
export const passwordPath = '/password';
export const accountPath = '/account';
export const secondFactorPath = '/account/second-factor';

/** Where somebody has to go before anything else; null when nothing is demanded. */
export function firstOf(user: SessionUser): string | null {
  if (user.must_change_password) return passwordPath;
  return user.must_enrol_second_factor ? secondFactorPath : null;
}

/**
 * Lets only those see a page for whom it is. The server judges every call anyway; this sends
 * people to where they can go on.
 */
export function Guard({ audience, children }: { audience: Page['audience']; children: ReactNode }) {
  const { t } = useTranslation();
  const { pathname, search } = useLocation();
  const { data: session, error, refetch } = useSession();
  const isKeptOut = useIsKeptOut();

  if (session === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <PageSkeleton />;
  }
  if (audience === 'anyone') return children;

  const user = session.signed_in ? session.user : null;
  if (user == null) {
    const next = encodeURIComponent(pathname + search);
    // what is said at the first page is about signing in
    const to = pathname === '/' ? `${signInPath}${search}` : `${signInPath}?next=${next}`;
    return <Navigate to={to} replace />;
  }
  if (isKeptOut) {
    return (
      <StateView
        order={1}
        icon={IconTool}
        title={t('maintenance.wall.title')}
        text={t('maintenance.wall.text')}
      />
    );
  }
  const first = firstOf(user);
  if (first !== null && pathname !== first) return <Navigate to={first} replace />;
  if (!isFor(audience, user)) {
    return (
      <StateView
        order={1}
        icon={IconLock}
        title={t('no_rights.title')}
        text={t('no_rights.text')}
      />
    );
  }
  return children;
}

/** Keeps the event stream open while somebody is signed in and may use it. */
export function SignedInEvents({ children }: { children: ReactNode }) {
  const { data: session } = useSession();
  const isKeptOut = useIsKeptOut();
  const user = session?.signed_in === true ? session.user : null;
  if (user == null || firstOf(user) !== null || isKeptOut) return children;
  return (
    <EventsProvider key={user.id}>
      <Toasts />
      {children}
    </EventsProvider>
  );
}

/** Messages are told on every page, also where there is no bell. */
function Toasts() {
  useToasts();
  return null;
}
