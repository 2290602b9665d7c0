import { NavLink } from 'react-router';
import classes from './TabLinks.module.css';

/** The parts of a page, each at an address of its own. */
export function TabLinks({
  label,
  links,
}: {
  label: string;
  links: readonly { to: string; text: string; id: string }[];
}) {
  return (
    <nav className={classes.tabs} aria-label={label}>
      {links.map(({ to, text, id }) => (
        <NavLink
          key={id}
          to={to}
          className={classes.tab}
          end
          preventScrollReset
          data-testid={`tab-${id}`}
        >
          {text}
        </NavLink>
      ))}
    </nav>
  );
}
