import { Table } from '@mantine/core';
import type { ReactNode } from 'react';
import { Link, type LinkProps } from 'react-router';
import classes from './ListTable.module.css';

/** From which width on a column is there: `always`, on a tablet, on a desk. */
type Room = 'always' | 'wide' | 'wider';

export interface Column {
  text: string;
  room?: Room;
  /** The head is only for those who can't see what stands below it. */
  silent?: boolean;
}

/** A page's list: columns that narrow windows leave out, rows, one thing per row. */
export function ListTable({
  columns,
  children,
  ...rest
}: {
  columns: readonly Column[];
  children: ReactNode;
  'data-testid': string;
}) {
  return (
    <div className={classes.frame}>
      <Table highlightOnHover verticalSpacing="sm" horizontalSpacing="md" {...rest}>
        <Table.Thead>
          <Table.Tr>
            {columns.map(({ text, room = 'always', silent = false }) => (
              <Table.Th key={text} data-room={room}>
                {silent ? <span className="visually-hidden">{text}</span> : text}
              </Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>{children}</Table.Tbody>
      </Table>
    </div>
  );
}

export function Cell({
  room = 'always',
  digits = false,
  children,
}: {
  room?: Room;
  /** Numbers that stand below each other. */
  digits?: boolean;
  children: ReactNode;
}) {
  return (
    <Table.Td data-room={room} data-digits={digits}>
      {children}
    </Table.Td>
  );
}

/** What a row is about, as a link to its page. */
export function RowLink(props: LinkProps) {
  return <Link className={classes.name} {...props} />;
}

/** The buttons at the end of a row. */
export function RowButtons({ children }: { children: ReactNode }) {
  return <div className={classes.buttons}>{children}</div>;
}
