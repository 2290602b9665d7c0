import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { ownLimitsQuery } from '@/api/account';
import type { LimitUse } from '@/api/types';
import { Loaded } from '@/components/Loaded';
import { useFormat } from '@/i18n/format';
import classes from './AccountPage.module.css';
import { Meter } from './Meter';

const kibInGib = 1024 ** 2;

/** What one has, of what one may have. */
export function Limits() {
  const { t } = useTranslation('account');
  const format = useFormat();
  const limits = useQuery(ownLimitsQuery);
  const meter = (name: keyof typeof amounts, { used, most }: LimitUse) => {
    const amount = (value: number) =>
      amounts[name] === 'gib' ? format.memory(value * kibInGib) : format.number(value);
    return (
      <Meter
        label={t(`limits.${name}`)}
        text={
          most === 0
            ? t('limits.any', { used: amount(used) })
            : t('limits.of', { used: amount(used), limit: amount(most) })
        }
        used={used}
        limit={most === 0 ? null : most}
        testId={`limit-${name}`}
      />
    );
  };
  return (
    <Loaded query={limits}>
      {({ start_limit, clone_limit, memory_gib, disk_gib }) => (
        <div className={classes.meters}>
          {meter('running', start_limit)}
          {meter('clones', clone_limit)}
          {meter('memory', memory_gib)}
          {meter('disk', disk_gib)}
        </div>
      )}
    </Loaded>
  );
}

const amounts = { running: 'count', clones: 'count', memory: 'gib', disk: 'gib' } as const;
