import { ActionIcon, Badge, Menu, Table, Text } from '@mantine/core';
import {
  IconArrowDown,
  IconArrowUp,
  IconChecklist,
  IconDots,
  IconPencil,
  IconTrash,
} from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formOf, useDeleteNetwork, useSaveNetwork } from '@/api/clientNetworks';
import type { ClientNetwork } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, type Column } from '@/components/ListTable';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';

interface Props {
  networks: readonly ClientNetwork[];
  /** Name of the one that the reader is in. */
  here: string | null;
  onEdit: (network: ClientNetwork) => void;
  onChoose: (network: ClientNetwork) => void;
}

export function NetworksTable({ networks, here, onEdit, onChoose }: Props) {
  const { t } = useTranslation('client-networks');
  const save = useSaveNetwork();
  const showProblem = useShowProblem();
  const [moved, setMoved] = useState('');
  const columns: readonly Column[] = [
    { text: t('column.position') },
    { text: t('column.name') },
    { text: t('column.bases') },
    { text: t('column.password'), room: 'wide' },
    { text: t('column.actions'), silent: true },
  ];
  const move = (network: ClientNetwork, by: 1 | -1) => {
    const position = network.position + by;
    save.mutate(
      { id: network.id, form: { ...formOf(network), position } },
      {
        onSuccess: () => {
          setMoved(t('moved', { name: network.name, position }));
        },
        onError: showProblem,
      },
    );
  };
  return (
    <>
      <p className="visually-hidden" role="status">
        {moved}
      </p>
      <ListTable columns={columns} data-testid="networks-table">
        {networks.map((network, i) => (
          <Table.Tr key={network.id} data-testid="network-row" data-name={network.name}>
            <Cell digits>{network.position}</Cell>
            <Cell>
              <Text size="sm" fw={550} component="div">
                {network.name}{' '}
                {network.name === here && (
                  <Badge size="sm" variant="light">
                    {t('you')}
                  </Badge>
                )}
              </Text>
              <Text size="xs" c="dimmed">
                {network.addresses.join(', ')}
              </Text>
            </Cell>
            <Cell>
              <Bases network={network} />
            </Cell>
            <Cell room="wide">
              <Text size="sm">{t(network.requires_password ? 'password.yes' : 'password.no')}</Text>
            </Cell>
            <Cell>
              <RowButtons>
                <RowAction
                  label={t('up')}
                  name={t('up_named', { name: network.name })}
                  icon={IconArrowUp}
                  disabled={i === 0 || save.isPending}
                  onClick={() => {
                    move(network, -1);
                  }}
                  testId="network-up"
                />
                <RowAction
                  label={t('down')}
                  name={t('down_named', { name: network.name })}
                  icon={IconArrowDown}
                  disabled={i === networks.length - 1 || save.isPending}
                  onClick={() => {
                    move(network, 1);
                  }}
                  testId="network-down"
                />
                <More network={network} onEdit={onEdit} onChoose={onChoose} />
              </RowButtons>
            </Cell>
          </Table.Tr>
        ))}
      </ListTable>
    </>
  );
}

/** All, some or none; and how many it says something of. */
function Bases({ network }: { network: ClientNetwork }) {
  const { t } = useTranslation('client-networks');
  const allowed = network.said.filter((one) => one.is_allowed);
  const refused = network.said.length - allowed.length;
  const anonymous = allowed.filter((one) => one.is_anonymous).length;
  const said = [
    network.bases === 'chosen' && t('said.allowed', { count: allowed.length }),
    network.bases === 'all' && refused > 0 && t('said.refused', { count: refused }),
    network.bases !== 'none' && anonymous > 0 && t('said.anonymous', { count: anonymous }),
  ].filter(Boolean);
  return (
    <>
      <Text size="sm">{t(`bases.${network.bases}`)}</Text>
      <Text size="xs" c="dimmed">
        {said.join(', ')}
      </Text>
    </>
  );
}

function More({
  network,
  onEdit,
  onChoose,
}: { network: ClientNetwork } & Pick<Props, 'onEdit' | 'onChoose'>) {
  const { t } = useTranslation(['client-networks', 'common']);
  const confirm = useConfirm();
  const remove = useDeleteNetwork();
  const showProblem = useShowProblem();
  const { id, name } = network;
  const removeIt = async () => {
    const yes = await confirm({
      title: t('remove_confirm.title', { name }),
      text: t('remove_confirm.text'),
      yes: t('remove_confirm.yes'),
      danger: true,
    });
    if (yes) remove.mutate(id, { onError: showProblem });
  };
  return (
    <Menu position="bottom-end" width={200}>
      <Menu.Target>
        <ActionIcon
          variant="subtle"
          color="gray"
          size="lg"
          aria-label={t('common:more', { name })}
          data-testid="network-menu"
        >
          <IconDots size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item
          leftSection={<IconPencil size={16} aria-hidden />}
          onClick={() => {
            onEdit(network);
          }}
          data-testid="network-edit"
        >
          {t('edit')}
        </Menu.Item>
        <Menu.Item
          leftSection={<IconChecklist size={16} aria-hidden />}
          onClick={() => {
            onChoose(network);
          }}
          data-testid="network-bases"
        >
          {t('choose')}
        </Menu.Item>
        <Menu.Item
          color="red"
          leftSection={<IconTrash size={16} aria-hidden />}
          onClick={() => void removeIt()}
          data-testid="network-remove"
        >
          {t('remove')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
