import { TextInput, type TextInputProps } from '@mantine/core';
import { IconSearch } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './Filters.module.css';

/** What narrows a list, in a row above it. */
export function Filters({ children }: { children: ReactNode }) {
  return <div className={classes.row}>{children}</div>;
}

export function SearchInput({
  label,
  value,
  onSearch,
  ...rest
}: { label: string; value: string; onSearch: (text: string) => void } & Pick<
  TextInputProps,
  'onBlur'
> & { 'data-testid': string }) {
  return (
    <TextInput
      className={classes.search}
      leftSection={<IconSearch size={16} aria-hidden />}
      placeholder={label}
      aria-label={label}
      value={value}
      onChange={(event) => {
        onSearch(event.currentTarget.value);
      }}
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
