import { Progress, Text } from '@mantine/core';
import classes from './Meter.module.css';

/** How much of what one may have is in use: in words, and as a bar for those who would rather look. */
export function Meter({
  label,
  text,
  used,
  limit,
  testId,
}: {
  label: string;
  /** 1 of 2 */
  text: string;
  used: number;
  /** null for any number: then there is no bar. */
  limit: number | null;
  testId: string;
}) {
  const share = limit === null || limit === 0 ? null : Math.min(100, (100 * used) / limit);
  return (
    <div data-testid={testId} data-used={used} data-limit={limit ?? ''}>
      <div className={classes.words}>
        <Text size="sm">{label}</Text>
        <Text size="sm" c="dimmed" className={classes.text}>
          {text}
        </Text>
      </div>
      {share !== null && (
        <Progress
          value={share}
          color={share >= 100 ? 'red' : share >= 80 ? 'yellow' : undefined}
          size="sm"
          aria-hidden
        />
      )}
    </div>
  );
}
