import { Fragment } from 'react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import classes from './Breadcrumbs.module.css';

/** The way to a page from the list it is in; the page itself is its heading. */
export function Breadcrumbs({ links }: { links: readonly { to: string; text: string }[] }) {
  const { t } = useTranslation();
  return (
    <nav className={classes.way} aria-label={t('way')}>
      {links.map(({ to, text }, i) => (
        <Fragment key={to}>
          {i > 0 && <span aria-hidden>›</span>}
          <Link to={to}>{text}</Link>
        </Fragment>
      ))}
    </nav>
  );
}
