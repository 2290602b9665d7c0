import { ActionIcon, Badge, Menu, Table, Text, Tooltip } from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconCopyPlus,
  IconInfoCircle,
  IconScreenShare,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Domain } from '@/api/types';
import { Cell, ListTable, RowButtons, RowLink, type Column } from '@/components/ListTable';
import { ActionMenu } from '@/domains/ActionMenu';
import { ActionSymbol } from '@/domains/ActionSymbol';
import { allowed, useAct, useActionText, type Action } from '@/domains/actions';
import { nameOf, usePendingSentence } from '@/domains/sentence';
import { StateBadge } from '@/domains/StateBadge';
import { StateColumn } from '@/domains/StateColumn';
import { useFormat } from '@/i18n/format';
import classes from './MachinesTable.module.css';
import type { Row } from './tree';

interface Props {
  rows: readonly Row[];
  isFolded: (base: Domain, clones: number) => boolean;
  onToggle: (id: string) => void;
  onClone: (domain: Domain) => void;
}

export function MachinesTable({ rows, isFolded, onToggle, onClone }: Props) {
  const { t } = useTranslation('machines');
  const columns: readonly Column[] = [
    { text: t('column.name') },
    { text: t('column.state') },
    { text: t('column.owner'), room: 'wide' },
    { text: t('column.node'), room: 'wider' },
    { text: t('column.address'), room: 'wider' },
    { text: t('column.size'), room: 'wide' },
    { text: t('column.actions'), silent: true },
  ];
  return (
    <ListTable columns={columns} data-testid="machines-table">
      {rows.map((row) => (
        <MachineRow
          key={row.domain.id}
          row={row}
          folded={isFolded(row.domain, row.children)}
          onToggle={onToggle}
          onClone={onClone}
        />
      ))}
    </ListTable>
  );
}

function MachineRow({
  row: { domain, depth, children, context },
  folded,
  onToggle,
  onClone,
}: { row: Row; folded: boolean } & Omit<Props, 'rows' | 'isFolded'>) {
  const { t } = useTranslation('machines');
  const format = useFormat();
  const name = nameOf(domain);

  return (
    <Table.Tr
      data-testid="machine-row"
      data-name={domain.name}
      data-state={domain.state}
      data-public={domain.is_public}
      data-context={context}
      className={classes.row}
    >
      <Cell>
        <div className={classes.name} data-depth={Math.min(depth, 3)}>
          {children > 0 ? (
            <ActionIcon
              variant="subtle"
              color="gray"
              size="sm"
              aria-expanded={!folded}
              aria-label={t('clones_of', { name })}
              onClick={() => {
                onToggle(domain.id);
              }}
            >
              {folded ? (
                <IconChevronRight size={16} aria-hidden />
              ) : (
                <IconChevronDown size={16} aria-hidden />
              )}
            </ActionIcon>
          ) : (
            <span className={classes.gap} />
          )}
          <div className={classes.names}>
            <RowLink to={`/machines/${domain.id}`} data-testid="machine-details">
              {name}
            </RowLink>
            {name !== domain.name && (
              <Text size="xs" c="dimmed" truncate>
                {domain.name}
              </Text>
            )}
          </div>
          {domain.is_base && domain.is_public && (
            <Badge size="sm" variant="outline" color="sea" tt="none" className={classes.tag}>
              {t('published')}
            </Badge>
          )}
          {folded && children > 0 && (
            <Badge size="sm" variant="default" tt="none" className={classes.tag}>
              {t('clones', { count: children })}
            </Badge>
          )}
        </div>
      </Cell>
      <Cell>
        <MachineState domain={domain} />
      </Cell>
      <Cell room="wide">{domain.owner.name}</Cell>
      <Cell room="wider">{domain.node}</Cell>
      <Cell room="wider" digits>
        {domain.address}
      </Cell>
      <Cell room="wide">
        {t('size', {
          memory: format.memory(domain.memory_kib),
          vcpus: t('vcpus', { count: domain.vcpus }),
        })}
      </Cell>
      <Cell>
        <MachineButtons domain={domain} name={name} onClone={onClone} />
      </Cell>
    </Table.Tr>
  );
}

function MachineState({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const pending = usePendingSentence()(domain);
  const working = domain.pending.find((request) => request.state === 'working');
  return (
    <StateColumn
      badge={<StateBadge state={domain.state} />}
      words={[domain.state_detail, pending]}
      progress={working?.progress ?? null}
      label={pending ?? t('column.state')}
    />
  );
}

/** The first of these that is allowed has a button of its own. */
const atOnce: readonly Action[] = ['start_domain', 'resume_domain', 'shutdown_domain'];

function MachineButtons({
  domain,
  name,
  onClone,
}: {
  domain: Domain;
  name: string;
  onClone: (domain: Domain) => void;
}) {
  const { t } = useTranslation(['machines', 'common']);
  const act = useAct();
  const actionText = useActionText();
  const entries = allowed(domain);
  const first = entries.find((action) => atOnce.includes(action));
  const running = !domain.is_base && domain.may.includes('open');

  return (
    <RowButtons>
      {running && (
        <Tooltip label={t('common:action.open')}>
          <ActionIcon
            component={Link}
            to={`/desktops/${domain.id}/view`}
            variant="subtle"
            size="lg"
            aria-label={`${t('common:action.open')}: ${name}`}
            data-testid="machine-open"
          >
            <IconScreenShare size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
      {first && (
        <Tooltip label={actionText(domain, first)}>
          <ActionIcon
            variant="subtle"
            size="lg"
            className={classes.first}
            aria-label={`${actionText(domain, first)}: ${name}`}
            onClick={() => void act(domain, first)}
            data-testid={`row-${first}`}
          >
            <ActionSymbol action={first} size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      <ActionMenu domain={domain} variant="subtle" color="gray" data-testid="machine-menu">
        <Menu.Item
          component={Link}
          to={`/machines/${domain.id}`}
          leftSection={<IconInfoCircle size={16} aria-hidden />}
          data-testid="action-details"
        >
          {t('common:action.details')}
        </Menu.Item>
        {domain.is_base && domain.may.includes('clone') && (
          <Menu.Item
            leftSection={<IconCopyPlus size={16} aria-hidden />}
            onClick={() => {
              onClone(domain);
            }}
            data-testid="action-clone"
          >
            {t('common:action.clone')}
          </Menu.Item>
        )}
      </ActionMenu>
    </RowButtons>
  );
}
