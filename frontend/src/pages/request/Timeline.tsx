import { useTranslation } from 'react-i18next';
import type { Request } from '@/api/types';
import { useNow } from '@/components/useNow';
import { useFailureText } from '@/domains/failure';
import { useFormat } from '@/i18n/format';
import { timelineOf, type Span } from './timeline';
import classes from './Timeline.module.css';

/** Each step on a line of its own: what, how long, and where it lies in the whole. */
export function Timeline({ request }: { request: Request }) {
  const { t } = useTranslation('request');
  const now = useNow(request.ended_at == null);
  const { spans, from, to } = timelineOf(request, now);
  const several = request.attempts > 1;
  const failureText = useFailureText();

  return (
    <ol className={classes.spans} data-testid="request-timeline">
      {spans.map((span, i) => (
        <li
          key={i}
          className={classes.span}
          data-kind={span.kind}
          data-open={span.isOpen}
          data-testid="request-step"
        >
          <span className={classes.text}>
            {span.kind === 'queue'
              ? t('timeline.queue')
              : span.kind === 'error'
                ? t('timeline.error', { attempt: span.attempt })
                : span.text}
            {several && span.kind === 'step' && (
              <span className={classes.attempt}>
                {t('timeline.attempt', { attempt: span.attempt })}
              </span>
            )}
            {span.kind === 'error' && span.text !== '' && (
              <span className={classes.reason}>
                {failureText({ code: span.code, message: span.text })}
              </span>
            )}
          </span>
          <Bar span={span} from={from} to={to} />
          <Took span={span} />
        </li>
      ))}
    </ol>
  );
}

function Took({ span }: { span: Span }) {
  const { t } = useTranslation('request');
  const format = useFormat();
  if (span.kind === 'error') return <span className={classes.took} />;
  const took = format.took(Math.max(0, span.to - span.from));
  return (
    <span className={classes.took}>{span.isOpen ? t('timeline.so_far', { took }) : took}</span>
  );
}

const width = 1000;
const height = 10;
const least = 6;

/** The numbers beside it say the same to those who can't see it. */
function Bar({ span, from, to }: { span: Span; from: number; to: number }) {
  const place = (at: number) => (Math.max(0, at - from) / Math.max(to - from, 1)) * width;
  const x = Math.min(place(span.from), width - least);
  return (
    <svg
      className={classes.bar}
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      aria-hidden
      focusable="false"
    >
      <rect className={classes.track} width={width} height={height} rx={4} />
      <rect
        className={classes.piece}
        x={x}
        width={Math.max(place(span.to) - x, least)}
        height={height}
      />
    </svg>
  );
}
