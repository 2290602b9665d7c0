import type { Reach } from '@/api/types';
import classes from './ReachBar.module.css';

const steps = ['own', 'clones', 'all_clones', 'all'] as const satisfies readonly Reach[];

/** How far a grant goes, as a picture of four steps; the words beside it say the same. */
export function ReachBar({ reach }: { reach: Reach }) {
  const filled = reach === 'none' ? 0 : steps.indexOf(reach) + 1;
  return (
    <svg className={classes.bar} viewBox="0 0 52 12" aria-hidden focusable="false">
      {steps.map((step, i) => (
        <rect
          key={step}
          className={i < filled ? classes.filled : classes.open}
          x={i * 13}
          width={11}
          height={12}
          rx={3}
        />
      ))}
    </svg>
  );
}
