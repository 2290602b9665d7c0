import { Alert, Select, Table, Text } from '@mantine/core';
import { IconArrowBackUp } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Reach } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { RowAction } from '@/components/RowAction';
import './area';
import classes from './Grants.module.css';
import { areas, optionsOf, type GrantRow } from './grantRows';
import { ReachBar } from './ReachBar';
import { useGrantWords } from './words';

interface Props {
  /** Whose they are: of a person the rows say what holds in the end, of a group what it gives. */
  of: 'user' | 'group';
  rows: readonly GrantRow[];
  /** He may everything anyway. */
  isAdmin?: boolean;
  /** Null takes away what was set. Rejects when it is refused. */
  onSet: ((change: { grant: GrantRow['grant']; reach: Reach | null }) => Promise<unknown>) | null;
}

/** What somebody may do: in words, how far that goes, and where it comes from. */
export function Grants({ of, rows, isAdmin = false, onSet }: Props) {
  const { t } = useTranslation('people');
  const words = useGrantWords();
  const showProblem = useShowProblem();
  const [said, setSaid] = useState('');
  const set =
    onSet &&
    ((row: GrantRow, reach: Reach | null) => {
      onSet({ grant: row.grant, reach }).then(() => {
        const text = reach === null ? t('grants.reset') : words.reach(row, reach);
        setSaid(t('grants.changed', { what: words.grant(row.grant), reach: text }));
      }, showProblem);
    });
  return (
    <div data-testid="grants">
      <Text size="sm" c="dimmed" mb="sm">
        {t(of === 'user' ? 'grants.rule_user' : 'grants.rule_group')}
      </Text>
      {isAdmin && (
        <Alert color="blue" mb="sm">
          {t('grants.is_admin')}
        </Alert>
      )}
      {onSet === null && (
        <Alert color="gray" mb="sm">
          {t('grants.read_only')}
        </Alert>
      )}
      <p className="visually-hidden" role="status">
        {said}
      </p>
      <Table className={classes.table} verticalSpacing="xs">
        <Table.Thead className={classes.head}>
          <Table.Tr>
            <Table.Th>{t('grants.column.what')}</Table.Th>
            <Table.Th>{t('grants.column.reach')}</Table.Th>
            <Table.Th>{t('grants.column.source')}</Table.Th>
            <Table.Th>
              <span className="visually-hidden">{t('grants.column.actions')}</span>
            </Table.Th>
          </Table.Tr>
        </Table.Thead>
        {areas(rows).map(({ area, rows: own }) => (
          <Table.Tbody key={area}>
            <Table.Tr>
              <Table.Th colSpan={4} scope="rowgroup" className={classes.area}>
                {t(`grants.area.${area}`)}
              </Table.Th>
            </Table.Tr>
            {own.map((row) => (
              <Row key={row.grant} row={row} set={set} />
            ))}
          </Table.Tbody>
        ))}
      </Table>
    </div>
  );
}

function Row({
  row,
  set,
}: {
  row: GrantRow;
  set: ((row: GrantRow, reach: Reach | null) => void) | null;
}) {
  const { t } = useTranslation('people');
  const words = useGrantWords();
  const what = words.grant(row.grant);
  return (
    <Table.Tr
      className={classes.row}
      data-testid="grant-row"
      data-grant={row.grant}
      data-reach={row.reach ?? ''}
      data-set={row.set ?? ''}
    >
      <Table.Td className={classes.what}>{what}</Table.Td>
      <Table.Td>
        <div className={classes.reach}>
          <ReachBar reach={row.reach ?? 'none'} />
          {set === null ? (
            <span>{words.reach(row, row.reach)}</span>
          ) : (
            <Select
              className={classes.choice}
              size="xs"
              aria-label={t('grants.reach_named', { what })}
              data={optionsOf(row).map(({ reach, isBeyond }) => ({
                value: reach,
                label: words.reach(row, reach),
                disabled: isBeyond,
              }))}
              placeholder={t('grants.unset')}
              value={row.reach}
              onChange={(reach) => {
                if (reach !== null) set(row, reach);
              }}
              allowDeselect={false}
              data-testid="grant-reach"
            />
          )}
        </div>
      </Table.Td>
      <Table.Td className={classes.source}>{words.source(row)}</Table.Td>
      <Table.Td className={classes.actions}>
        {set !== null && row.set !== null && (
          <RowAction
            label={t('grants.reset')}
            name={t('grants.reset_named', { what })}
            icon={IconArrowBackUp}
            onClick={() => {
              set(row, null);
            }}
            testId="grant-reset"
          />
        )}
      </Table.Td>
    </Table.Tr>
  );
}
