import {
  ActionIcon,
  Badge,
  Menu,
  Progress,
  Table,
  Text,
  Tooltip,
  UnstyledButton,
} from '@mantine/core';
import {
  IconChevronDown,
  IconChevronRight,
  IconDots,
  IconInfoCircle,
  IconScreenShare,
} from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import type { Domain } from '@/api/types';
import { allowed, dangerous, useAct } from '@/domains/actions';
import { ActionSymbol } from '@/domains/ActionSymbol';
import { nameOf, usePendingSentence } from '@/domains/sentence';
import { StateBadge } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import classes from './MachinesTable.module.css';
import type { Row } from './tree';

interface Props {
  rows: readonly Row[];
  isFolded: (base: Domain, clones: number) => boolean;
  onToggle: (id: string) => void;
  onClone: (domain: Domain) => void;
  onDetails: (domain: Domain) => void;
}

export function MachinesTable({ rows, isFolded, onToggle, onClone, onDetails }: Props) {
  const { t } = useTranslation('machines');
  return (
    <div className={classes.frame}>
      <Table
        highlightOnHover
        verticalSpacing="sm"
        horizontalSpacing="md"
        data-testid="machines-table"
      >
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{t('column.name')}</Table.Th>
            <Table.Th>{t('column.state')}</Table.Th>
            <Table.Th className={classes.wide}>{t('column.owner')}</Table.Th>
            <Table.Th className={classes.wider}>{t('column.node')}</Table.Th>
            <Table.Th className={classes.wider}>{t('column.address')}</Table.Th>
            <Table.Th className={classes.wide}>{t('column.size')}</Table.Th>
            <Table.Th>
              <span className="visually-hidden">{t('column.actions')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((row) => (
            <MachineRow
              key={row.domain.id}
              row={row}
              folded={isFolded(row.domain, row.children)}
              onToggle={onToggle}
              onClone={onClone}
              onDetails={onDetails}
            />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  );
}

function MachineRow({
  row: { domain, depth, children, context },
  folded,
  onToggle,
  onClone,
  onDetails,
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
      <Table.Td>
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
            <UnstyledButton
              className={classes.link}
              onClick={() => {
                onDetails(domain);
              }}
              data-testid="machine-details"
            >
              {name}
            </UnstyledButton>
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
      </Table.Td>
      <Table.Td>
        <MachineState domain={domain} />
      </Table.Td>
      <Table.Td className={classes.wide}>{domain.owner.name}</Table.Td>
      <Table.Td className={classes.wider}>{domain.node}</Table.Td>
      <Table.Td className={`${classes.wider} ${classes.mono}`}>{domain.address}</Table.Td>
      <Table.Td className={classes.wide}>
        {t('size', {
          memory: format.memory(domain.memory_kib),
          vcpus: t('vcpus', { count: domain.vcpus }),
        })}
      </Table.Td>
      <Table.Td>
        <MachineButtons domain={domain} name={name} onClone={onClone} onDetails={onDetails} />
      </Table.Td>
    </Table.Tr>
  );
}

function MachineState({ domain }: { domain: Domain }) {
  const { t } = useTranslation('machines');
  const pending = usePendingSentence()(domain);
  const working = domain.pending.find((request) => request.state === 'working');
  return (
    <div className={classes.state}>
      <StateBadge state={domain.state} />
      {domain.state_detail != null && domain.state_detail !== '' && (
        <Text size="xs" c="dimmed" lineClamp={2}>
          {domain.state_detail}
        </Text>
      )}
      {pending !== null && (
        <Text size="xs" c="dimmed" lineClamp={1}>
          {pending}
        </Text>
      )}
      {working && (
        <Progress size="xs" value={working.progress} aria-label={pending ?? t('column.state')} />
      )}
    </div>
  );
}

function MachineButtons({
  domain,
  name,
  onClone,
  onDetails,
}: {
  domain: Domain;
  name: string;
  onClone: (domain: Domain) => void;
  onDetails: (domain: Domain) => void;
}) {
  const { t } = useTranslation(['machines', 'common']);
  const act = useAct();
  const entries = allowed(domain);
  const first = entries.find((action) => action === 'start_domain' || action === 'shutdown_domain');
  const running = !domain.is_base && domain.may.includes('open');

  return (
    <div className={classes.buttons}>
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
        <Tooltip label={t(`common:action.${first}`)}>
          <ActionIcon
            variant="subtle"
            size="lg"
            className={classes.first}
            aria-label={`${t(`common:action.${first}`)}: ${name}`}
            onClick={() => void act(domain, first)}
            data-testid={`row-${first}`}
          >
            <ActionSymbol action={first} size={18} />
          </ActionIcon>
        </Tooltip>
      )}
      <Menu position="bottom-end" width={220}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('menu', { name })}
            data-testid="machine-menu"
          >
            <IconDots size={18} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconInfoCircle size={16} aria-hidden />}
            onClick={() => {
              onDetails(domain);
            }}
            data-testid="action-details"
          >
            {t('common:action.details')}
          </Menu.Item>
          {domain.is_base && domain.may.includes('clone') && (
            <Menu.Item
              leftSection={<ActionSymbol action="clone" />}
              onClick={() => {
                onClone(domain);
              }}
              data-testid="action-clone"
            >
              {t('common:action.clone')}
            </Menu.Item>
          )}
          {entries.map((action) => (
            <Menu.Item
              key={action}
              color={dangerous.includes(action) ? 'red' : undefined}
              leftSection={<ActionSymbol action={action} />}
              onClick={() => void act(domain, action)}
              data-testid={`action-${action}`}
            >
              {t(`common:action.${action}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
    </div>
  );
}
