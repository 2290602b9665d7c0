import { IconHourglass } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { useNow } from '@/components/useNow';
import { useFormat } from '@/i18n/format';
import classes from './TimeLeft.module.css';

const hourMs = 3_600_000;
const hurryMs = 600_000;

/** How long it still runs before it ends by itself, as soon as that is near. */
export function TimeLeft({ domain: { ends_at, state } }: { domain: Domain }) {
  const end = state === 'active' ? ends_at : null;
  const now = useNow(end !== null);
  const { t } = useTranslation();
  const format = useFormat();
  const left = end === null ? 0 : Date.parse(end) - now;
  if (left <= 0 || left > 12 * hourMs) return null;
  return (
    <span className={classes.left} data-hurry={left < hurryMs} data-testid="time-left">
      <IconHourglass size={14} aria-hidden />
      {t('time_left', { time: format.countdown(left / 1000) })}
    </span>
  );
}
