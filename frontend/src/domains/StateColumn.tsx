import { Progress, Text } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './StateColumn.module.css';

/** A state's badge, and below it the words to it and how far it is. */
export function StateColumn({
  badge,
  words,
  bad = false,
  progress,
  label,
}: {
  badge: ReactNode;
  /** Each on a line of its own; those that are empty are left out. */
  words: readonly (string | null | undefined)[];
  /** The words are the reason of a failure. */
  bad?: boolean;
  /** 0 to 100 while something is being done. */
  progress: number | null;
  /** What is being done. */
  label: string;
}) {
  return (
    <div className={classes.state}>
      {badge}
      {words
        .filter((text) => text != null && text !== '')
        .map((text) => (
          <Text key={text} size="xs" c={bad ? 'red' : 'dimmed'} lineClamp={2}>
            {text}
          </Text>
        ))}
      {progress !== null && (
        <Progress className={classes.progress} size="sm" value={progress} aria-label={label} />
      )}
    </div>
  );
}
