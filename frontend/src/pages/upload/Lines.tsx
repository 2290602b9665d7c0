import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { MemberLine, UploadLine } from '@/api/types';
import { Cell, ListTable } from '@/components/ListTable';
import { Tag, type Tone } from '@/domains/StateBadge';

/** A line of people, or of members, which has a group besides. */
export type Line = UploadLine | MemberLine;

const tones: Record<Line['outcome'], Tone> = {
  made: 'good',
  added: 'good',
  there: 'still',
  refused: 'bad',
};
const outcomes = ['made', 'added', 'there', 'refused'] as const;

/** What becomes of each line; those that can't be done come first. */
export function Lines({ lines, isDone }: { lines: readonly Line[]; isDone: boolean }) {
  const { t } = useTranslation('upload');
  const sorted = [...lines].sort(
    (a, b) => Number(b.outcome === 'refused') - Number(a.outcome === 'refused') || a.line - b.line,
  );
  const count = (outcome: Line['outcome']) => lines.filter((l) => l.outcome === outcome).length;
  const hasGroups = lines.some((line) => 'group' in line);
  return (
    <>
      <Text size="sm" c="dimmed" data-testid="upload-count">
        {outcomes
          .filter((outcome) => count(outcome) > 0)
          .map((outcome) => t(`count.${outcome}`, { count: count(outcome) }))
          .join(' · ')}
      </Text>
      <ListTable
        columns={[
          { text: t('column.line'), room: 'wide' },
          { text: t('column.name') },
          ...(hasGroups ? [{ text: t('column.group') }] : []),
          { text: t('column.outcome') },
        ]}
        data-testid="upload-lines"
      >
        {sorted.map((line) => (
          <Row key={keyOf(line)} line={line} isDone={isDone} hasGroups={hasGroups} />
        ))}
      </ListTable>
    </>
  );
}

/** One that names several groups or people is there for each. */
function keyOf(line: Line): string {
  return `${line.line}-${line.name}-${'group' in line ? line.group : ''}`;
}

function Row({ line, isDone, hasGroups }: { line: Line; isDone: boolean; hasGroups: boolean }) {
  const { t } = useTranslation('upload');
  const { name, outcome, problem } = line;
  const isChange = outcome === 'made' || outcome === 'added';
  return (
    <Table.Tr data-testid="upload-line" data-outcome={outcome}>
      <Cell room="wide" digits>
        {line.line}
      </Cell>
      <Cell>{name}</Cell>
      {hasGroups && <Cell>{'group' in line ? line.group : null}</Cell>}
      <Cell>
        <Tag
          tone={tones[outcome]}
          text={t(isDone && isChange ? `done.${outcome}` : `outcome.${outcome}`)}
        />
        {problem != null && (
          <Text size="xs" c="red" mt={2}>
            {problem}
          </Text>
        )}
      </Cell>
    </Table.Tr>
  );
}
