import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { UploadLine, UploadOutcome } from '@/api/types';
import { Cell, ListTable } from '@/components/ListTable';
import { Tag, type Tone } from '@/domains/StateBadge';

const tones: Record<UploadOutcome, Tone> = { made: 'good', there: 'still', refused: 'bad' };

/** What becomes of each line; those that can't be done come first. */
export function Lines({ lines, isDone }: { lines: readonly UploadLine[]; isDone: boolean }) {
  const { t } = useTranslation('upload');
  const sorted = [...lines].sort(
    (a, b) => Number(b.outcome === 'refused') - Number(a.outcome === 'refused') || a.line - b.line,
  );
  const count = (outcome: UploadOutcome) => lines.filter((l) => l.outcome === outcome).length;
  return (
    <>
      <Text size="sm" c="dimmed" data-testid="upload-count">
        {(['made', 'there', 'refused'] as const)
          .filter((outcome) => count(outcome) > 0)
          .map((outcome) => t(`count.${outcome}`, { count: count(outcome) }))
          .join(' · ')}
      </Text>
      <ListTable
        columns={[
          { text: t('column.line'), room: 'wide' },
          { text: t('column.name') },
          { text: t('column.outcome') },
        ]}
        data-testid="upload-lines"
      >
        {sorted.map(({ line, name, outcome, problem }) => (
          <Table.Tr key={line} data-testid="upload-line" data-outcome={outcome}>
            <Cell room="wide" digits>
              {line}
            </Cell>
            <Cell>{name}</Cell>
            <Cell>
              <Tag
                tone={tones[outcome]}
                text={t(isDone && outcome === 'made' ? 'outcome.done' : `outcome.${outcome}`)}
              />
              {problem != null && (
                <Text size="xs" c="red" mt={2}>
                  {problem}
                </Text>
              )}
            </Cell>
          </Table.Tr>
        ))}
      </ListTable>
    </>
  );
}
