import { ActionIcon, Anchor, Menu, Switch, Table, Text, Tooltip } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { IconDots, IconPencil, IconPlayerPlay, IconTrash } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { formOf, useDeleteSchedule, useRunSchedule, useSaveSchedule } from '@/api/schedules';
import type { Schedule, ScheduleRun } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { Cell, ListTable, RowButtons, type Column } from '@/components/ListTable';
import { useShowProblem } from '@/components/problemText';
import { useCommandName } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import { useWhenText } from './useWhenText';

interface Props {
  schedules: readonly Schedule[];
  onEdit: (schedule: Schedule) => void;
}

export function SchedulesTable({ schedules, onEdit }: Props) {
  const { t } = useTranslation('schedules');
  const columns: readonly Column[] = [
    { text: t('column.on') },
    { text: t('column.what') },
    { text: t('column.when') },
    { text: t('column.last'), room: 'wide' },
    { text: t('column.actions'), silent: true },
  ];
  return (
    <ListTable columns={columns} data-testid="schedules-table">
      {schedules.map((schedule) => (
        <Row key={schedule.id} schedule={schedule} onEdit={onEdit} />
      ))}
    </ListTable>
  );
}

function Row({ schedule, onEdit }: { schedule: Schedule; onEdit: Props['onEdit'] }) {
  const { t } = useTranslation('schedules');
  const commandName = useCommandName();
  const whenText = useWhenText();
  const format = useFormat();
  const save = useSaveSchedule();
  const showProblem = useShowProblem();
  const { id, name, command, machines, base_name, is_enabled, time_zone, when, runs } = schedule;
  const [next] = when.next;
  const [last] = runs;
  const about = machines === null ? null : t(`machines.${machines}`);
  return (
    <Table.Tr data-testid="schedule-row" data-name={name} data-enabled={is_enabled}>
      <Cell>
        <Switch
          aria-label={t('on_named', { name })}
          checked={is_enabled}
          onChange={(event) => {
            const form = { ...formOf(schedule), is_enabled: event.currentTarget.checked };
            save.mutate({ id, form }, { onError: showProblem });
          }}
          data-testid="schedule-on"
        />
      </Cell>
      <Cell>
        <Text size="sm" fw={550}>
          {name}
        </Text>
        <Text size="xs" c="dimmed">
          {[commandName(command), about, base_name].filter(Boolean).join(' · ')}
        </Text>
      </Cell>
      <Cell>
        <Text size="sm">{whenText(schedule)}</Text>
        <Text size="xs" c="dimmed">
          {time_zone}
          {is_enabled && next !== undefined && ` · ${t('next', { when: format.moment(next) })}`}
        </Text>
      </Cell>
      <Cell room="wide">
        {last === undefined ? (
          <Text size="sm" c="dimmed">
            {t('never')}
          </Text>
        ) : (
          <Run run={last} command={command} />
        )}
      </Cell>
      <Cell>
        <Actions schedule={schedule} onEdit={onEdit} />
      </Cell>
    </Table.Tr>
  );
}

/** Whose requests Broker's own are. */
const broker = '(broker)';

function Run({ run, command }: { run: ScheduleRun; command: string }) {
  const { t } = useTranslation('schedules');
  const format = useFormat();
  const { requested = 0, done = 0, failed = 0, cancelled = 0, refused = 0 } = run;
  const counts = [
    t('run.requested', { count: requested }),
    done > 0 && t('run.done', { count: done }),
    failed > 0 && t('run.failed', { count: failed }),
    cancelled > 0 && t('run.cancelled', { count: cancelled }),
    refused > 0 && t('run.refused', { count: refused }),
  ];
  const query = new URLSearchParams({ command, user: broker });
  return (
    <>
      <Text size="sm">
        {format.moment(run.at)}
        {run.by !== null && ` · ${run.by}`}
      </Text>
      <Text size="xs" c={failed > 0 || refused > 0 ? 'red' : 'dimmed'}>
        {requested > 0 ? (
          <Anchor component={Link} to={`/admin/requests?${query.toString()}`} size="xs" c="inherit">
            {counts.filter(Boolean).join(', ')}
          </Anchor>
        ) : (
          counts.filter(Boolean).join(', ')
        )}
      </Text>
      {run.problem !== null && (
        <Text size="xs" c="red" lineClamp={2}>
          {run.problem}
        </Text>
      )}
    </>
  );
}

function Actions({ schedule, onEdit }: { schedule: Schedule; onEdit: Props['onEdit'] }) {
  const { t } = useTranslation(['schedules', 'common']);
  const confirm = useConfirm();
  const run = useRunSchedule();
  const remove = useDeleteSchedule();
  const showProblem = useShowProblem();
  const { id, name } = schedule;
  const runNow = async () => {
    const yes = await confirm({
      title: t('run_confirm.title', { name }),
      text: t('run_confirm.text'),
      yes: t('run_now'),
    });
    if (!yes) return;
    run.mutate(id, {
      onSuccess: () => {
        notifications.show({ message: t('was_run', { name }) });
      },
      onError: showProblem,
    });
  };
  const removeIt = async () => {
    const yes = await confirm({
      title: t('remove_confirm.title', { name }),
      text: t('remove_confirm.text'),
      yes: t('remove'),
      danger: true,
    });
    if (yes) remove.mutate(id, { onError: showProblem });
  };
  return (
    <RowButtons>
      <Tooltip label={t('run_now')}>
        <ActionIcon
          variant="subtle"
          size="lg"
          aria-label={`${t('run_now')}: ${name}`}
          onClick={() => void runNow()}
          data-testid="schedule-run"
        >
          <IconPlayerPlay size={18} aria-hidden />
        </ActionIcon>
      </Tooltip>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <ActionIcon
            variant="subtle"
            color="gray"
            size="lg"
            aria-label={t('common:more', { name })}
            data-testid="schedule-menu"
          >
            <IconDots size={20} aria-hidden />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<IconPencil size={16} aria-hidden />}
            onClick={() => {
              onEdit(schedule);
            }}
            data-testid="schedule-edit"
          >
            {t('edit')}
          </Menu.Item>
          {!schedule.is_seeded && (
            <Menu.Item
              color="red"
              leftSection={<IconTrash size={16} aria-hidden />}
              onClick={() => void removeIt()}
              data-testid="schedule-remove"
            >
              {t('remove')}
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
    </RowButtons>
  );
}
