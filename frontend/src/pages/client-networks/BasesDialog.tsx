import { Modal, Select, Stack, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { useSayOfBase } from '@/api/clientNetworks';
import { useDomains } from '@/api/domains';
import type { ClientNetwork, Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { nameOf } from '@/domains/sentence';

interface Props {
  network: ClientNetwork | null;
  onClose: () => void;
}

/** What a network says of single bases; each is kept as soon as it is chosen. */
export function BasesDialog({ network, onClose }: Props) {
  const { t } = useTranslation(['client-networks', 'common']);
  const { data: domains } = useDomains();
  const bases = (domains ?? []).filter((domain) => domain.is_base);
  return (
    <Modal
      opened={network !== null}
      onClose={onClose}
      title={network && t('single.title', { name: network.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {network?.bases === 'none' && <Text size="sm">{t('single.none')}</Text>}
      {network !== null && network.bases !== 'none' && (
        <Stack>
          <Text size="sm" c="dimmed">
            {bases.length === 0 ? t('single.no_bases') : t('single.rule')}
          </Text>
          {bases.map((base) => (
            <Base key={base.id} network={network} base={base} />
          ))}
        </Stack>
      )}
    </Modal>
  );
}

const said = {
  like_all: null,
  allowed: { is_allowed: true, is_anonymous: false },
  anonymous: { is_allowed: true, is_anonymous: true },
  refused: { is_allowed: false, is_anonymous: false },
} as const;
type Said = keyof typeof said;

function saidOf(network: ClientNetwork, base: Domain): Said {
  const found = network.said.find(({ base_id }) => base_id === base.id);
  if (found === undefined) return 'like_all';
  if (!found.is_allowed) return 'refused';
  return found.is_anonymous ? 'anonymous' : 'allowed';
}

function Base({ network, base }: { network: ClientNetwork; base: Domain }) {
  const { t } = useTranslation('client-networks');
  const say = useSayOfBase();
  const showProblem = useShowProblem();
  const now = saidOf(network, base);
  const word = (choice: Said) =>
    choice === 'like_all'
      ? t(network.bases === 'all' ? 'single.like_all_yes' : 'single.like_all_no')
      : t(`single.${choice}`);
  // what says the same as for all the others is offered only where it was said before
  const spare: Said = network.bases === 'all' ? 'allowed' : 'refused';
  const choices = (Object.keys(said) as Said[]).filter((one) => one !== spare || one === now);
  return (
    <Select
      label={nameOf(base)}
      aria-label={t('single.of', { base: nameOf(base), name: network.name })}
      data={choices.map((value) => ({ value, label: word(value) }))}
      value={now}
      allowDeselect={false}
      disabled={say.isPending}
      onChange={(choice) => {
        if (choice === null) return;
        say.mutate({ id: network.id, base: base.id, said: said[choice] }, { onError: showProblem });
      }}
      data-testid="network-base"
    />
  );
}
