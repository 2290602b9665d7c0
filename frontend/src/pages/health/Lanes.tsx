import { useTranslation } from 'react-i18next';
import type { LaneHealth } from '@/api/types';
import { useFormat } from '@/i18n/format';
import classes from './Lanes.module.css';

/** What each kind of work is busy with, out of what it may be, and what queues for it. */
export function Lanes({ lanes }: { lanes: readonly LaneHealth[] }) {
  const { t } = useTranslation('health');
  const format = useFormat();
  return (
    <ul className={classes.lanes}>
      {lanes.map((lane) => (
        <li
          key={lane.lane}
          className={classes.lane}
          data-lane={lane.lane}
          data-working={lane.working}
          data-testid="lane"
        >
          <div className={classes.head}>
            <span className={classes.name}>{t(`lane.${lane.lane}`)}</span>
            <span className={classes.numbers}>
              {t('lanes.working', {
                working: format.number(lane.working),
                limit: format.number(lane.limit),
              })}
            </span>
          </div>
          <LaneBar lane={lane} />
          <p className={classes.queue}>{queueOf(lane)}</p>
        </li>
      ))}
    </ul>
  );

  function queueOf({ requested, waiting, oldest_seconds }: LaneHealth): string {
    if (requested + waiting === 0) return t('lanes.empty');
    const parts = [
      requested > 0 ? t('lanes.requested', { count: requested }) : null,
      waiting > 0 ? t('lanes.waiting', { count: waiting }) : null,
      oldest_seconds > 0 ? t('lanes.oldest', { took: format.duration(oldest_seconds) }) : null,
    ];
    return parts.filter((part) => part !== null).join(' · ');
  }
}

const width = 1000;
const height = 12;
const gap = 6;
/** So many places are drawn one by one; more make one bar. */
const mostPlaces = 16;

/** A box for each place, filled while it is in use; what queues stands behind them. The words beside it say the same. */
function LaneBar({ lane: { working, limit, requested } }: { lane: LaneHealth }) {
  const places = Math.max(limit, working, 1);
  const room = requested > 0 ? width * 0.72 : width;
  const step = room / Math.min(places, mostPlaces);
  const queue = Math.min((width - room - gap) * (1 - 1 / (1 + requested / places)), width - room);
  return (
    <svg
      className={classes.bar}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden
      focusable="false"
    >
      {places <= mostPlaces ? (
        Array.from({ length: places }, (_, i) => (
          <rect
            key={i}
            className={i < working ? classes.used : classes.free}
            x={i * step}
            width={step - gap}
            height={height}
          />
        ))
      ) : (
        <>
          <rect className={classes.free} width={room - gap} height={height} />
          <rect
            className={classes.used}
            width={(room - gap) * (working / places)}
            height={height}
          />
        </>
      )}
      {requested > 0 && (
        <rect className={classes.queued} x={room + gap} width={queue} height={height} />
      )}
    </svg>
  );
}
