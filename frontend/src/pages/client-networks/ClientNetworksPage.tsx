import { Alert, Button, Skeleton } from '@mantine/core';
import { IconAffiliate, IconMapPin, IconPlus } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { clientNetworksQuery, whereaboutsQuery } from '@/api/clientNetworks';
import type { ClientNetwork, ClientWhereabouts } from '@/api/types';
import { PageHead } from '@/components/PageHead';
import { ProblemState } from '@/components/ProblemState';
import { StateView } from '@/components/StateView';
import { BasesDialog } from './BasesDialog';
import { NetworkDialog } from './NetworkDialog';
import { NetworksTable } from './NetworksTable';

/** Where people sit, and what they may use from there. */
export default function ClientNetworksPage() {
  const { t } = useTranslation(['client-networks', 'common']);
  const { data: networks, error, refetch } = useQuery(clientNetworksQuery);
  const { data: here } = useQuery(whereaboutsQuery);
  const [edited, setEdited] = useState<ClientNetwork | 'new' | null>(null);
  const [chosen, setChosen] = useState<number | null>(null);
  if (networks === undefined && error !== null) {
    return <ProblemState problem={error} onRetry={() => void refetch()} />;
  }
  return (
    <>
      <PageHead title={t('title')} text={t('text')}>
        <Button
          leftSection={<IconPlus size={18} aria-hidden />}
          disabled={networks === undefined}
          onClick={() => {
            setEdited('new');
          }}
          data-testid="network-add"
        >
          {t('add')}
        </Button>
      </PageHead>
      {networks === undefined ? (
        <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />
      ) : (
        <>
          {here && <Here here={here} />}
          {networks.length === 0 ? (
            <StateView icon={IconAffiliate} title={t('empty.title')} text={t('empty.text')} />
          ) : (
            <NetworksTable
              networks={networks}
              here={here?.network ?? null}
              onEdit={setEdited}
              onChoose={({ id }) => {
                setChosen(id);
              }}
            />
          )}
        </>
      )}
      <NetworkDialog
        edited={edited}
        onClose={() => {
          setEdited(null);
        }}
      />
      <BasesDialog
        network={networks?.find(({ id }) => id === chosen) ?? null}
        onClose={() => {
          setChosen(null);
        }}
      />
    </>
  );
}

/** In which of them the reader is. */
function Here({ here: { address, network } }: { here: ClientWhereabouts }) {
  const { t } = useTranslation('client-networks');
  return (
    <Alert
      mb="md"
      color={network === null ? 'red' : 'blue'}
      icon={<IconMapPin aria-hidden />}
      data-testid="network-here"
    >
      {network === null ? t('here_nowhere', { address }) : t('here', { address, name: network })}
    </Alert>
  );
}
