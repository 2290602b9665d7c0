import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { IconSearch } from '@tabler/icons-react';
import { useState, type ReactNode } from 'react';
import classes from './Filters.module.css';

/** What narrows a list, in a row above it. */
export function Filters({ children }: { children: ReactNode }) {
  return <div className={classes.row}>{children}</div>;
}

/** While somebody types, nothing is looked for after each letter. */
const pauseMs = 200;

/**
 * Looks for what was typed. The text that is searched for lives elsewhere, in the address, and
 * comes back late: until then the input keeps its own, or fast typing would lose letters.
 */
export function SearchInput({
  label,
  value,
  onSearch,
  ...rest
}: {
  label: string;
  value: string;
  onSearch: (text: string) => void;
  'data-testid': string;
}) {
  const [typed, setTyped] = useState<string | null>(null);
  if (typed === value) setTyped(null);
  const search = useDebouncedCallback(onSearch, { delay: pauseMs, flushOnUnmount: true });
  return (
    <TextInput
      className={classes.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      placeholder={label}
      aria-label={label}
      value={typed ?? value}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        search(event.currentTarget.value);
      }}
      onBlur={search.flush}
      {...rest}
    />
  );
}

/** Class of a choice beside the search. */
export const choice = classes.choice;

/** What the list holds, at the end of the row. */
export function FilterCount({ children }: { children: ReactNode }) {
  return (
    <p className={classes.count} role="status">
      {children}
    </p>
  );
}
