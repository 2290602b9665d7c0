import { Skeleton } from '@mantine/core';
import { IconDeviceDesktopOff } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useDesktops } from '@/api/domains';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { useBookedAway } from '@/domains/booked';
import { DesktopCard } from './DesktopCard';
import classes from './DesktopsPage.module.css';
import { OpenDialog } from './OpenDialog';
import { useOpening } from './opening';

export default function DesktopsPage() {
  const { t } = useTranslation(['desktops', 'common']);
  const { data: desktops, error, refetch } = useDesktops();
  const { opening, begin, leave } = useOpening();
  const bookedAway = useBookedAway();

  if (desktops === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return (
      <>
        <PageHead title={t('heading')} text={t('text')} />
        <div className={classes.grid} role="status" aria-label={t('common:loading')}>
          {[1, 2, 3].map((i) => (
            <Skeleton key={i} height={330} radius="lg" />
          ))}
        </div>
      </>
    );
  }

  return (
    <>
      <PageHead title={t('heading')} text={t('text')} />
      {desktops.length === 0 ? (
        <StateView icon={IconDeviceDesktopOff} title={t('empty.title')} text={t('empty.text')} />
      ) : (
        <ul className={classes.grid}>
          {desktops.map((desktop) => (
            <li key={desktop.base?.id ?? desktop.domain?.id}>
              <DesktopCard
                desktop={desktop}
                booked={bookedAway(desktop.base?.id ?? desktop.domain?.base_id ?? null)}
                onOpen={() => {
                  begin(desktop);
                }}
              />
            </li>
          ))}
        </ul>
      )}
      <OpenDialog opening={opening} onRetry={begin} onLeave={leave} />
    </>
  );
}
