import { Container } from '@mantine/core';
import { useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { Link, Outlet, useLocation } from 'react-router';
import { useIsKeptOut } from '@/api/maintenance';
import { useUser } from '@/api/session';
import type { SessionUser } from '@/api/types';
import { LivePill } from '@/events/LivePill';
import { MessagesBell } from '@/messages/MessagesBell';
import { AccountMenu } from './AccountMenu';
import { firstOf } from './Guard';
import { Logo } from './Logo';
import { MaintenanceBanner } from './MaintenanceBanner';
import { menuOf, pagesOf, usePageText, type Page } from './page';
import { PreferencesMenu } from './PreferencesMenu';
import classes from './Shell.module.css';

/** Header, menu and the page below it. */
export function Shell() {
  const { t } = useTranslation();
  const user = useUser();
  const main = useFocusOnNavigation();
  const menu = menuOf(user);
  const isKeptOut = useIsKeptOut();
  const usable = user !== null && firstOf(user) === null && !isKeptOut;

  return (
    <>
      <a href="#main" className={`visually-hidden ${classes.skip}`}>
        {t('skip_to_content')}
      </a>
      <header className={classes.header}>
        <Container size="xl" className={classes.bar}>
          <Link to="/" className={classes.brand} aria-label={t('home')}>
            <Logo />
            <span>{t('product')}</span>
          </Link>
          {usable && menu.length > 1 && (
            <nav className={classes.nav} aria-label={t('menu')}>
              {menu.map((page) => (
                <Entry key={page.path} page={page} user={user} />
              ))}
            </nav>
          )}
          <div className={classes.right}>
            {usable && <LivePill />}
            {usable && <MessagesBell />}
            <PreferencesMenu />
            {user && <AccountMenu user={user} />}
          </div>
        </Container>
      </header>
      <main id="main" ref={main} tabIndex={-1} className={classes.main}>
        <Container size="xl">
          <MaintenanceBanner />
          <Outlet />
        </Container>
      </main>
    </>
  );
}

/** A page in the menu, or a section by its first page: current on each of its pages. */
function Entry({ page, user }: { page: Page; user: SessionUser | null }) {
  const { t } = useTranslation();
  const pageText = usePageText();
  const { pathname } = useLocation();
  const { icon: Icon, section } = page.nav ?? {};
  const all = section === undefined ? [page] : pagesOf(section, user);
  return (
    <Link
      to={page.path}
      className={classes.link}
      aria-current={all.some(({ path }) => path === pathname) ? 'page' : undefined}
    >
      {Icon && <Icon size={18} aria-hidden />}
      {section === undefined ? pageText(page, 'nav') : t(`section.${section}`)}
    </Link>
  );
}

/** After a change of page a screen reader goes on at the new page, unless the link to it is a part of that. */
function useFocusOnNavigation() {
  const { pathname } = useLocation();
  const main = useRef<HTMLElement>(null);
  const previous = useRef(pathname);
  useEffect(() => {
    if (previous.current !== pathname && !main.current?.contains(document.activeElement)) {
      main.current?.focus({ preventScroll: true });
    }
    previous.current = pathname;
  }, [pathname]);
  return main;
}
