import { ActionIcon, Tooltip } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';

/** A button of a row that shows a picture: what it does is told by its tooltip, and what it does it to to those who don't see the row. */
export function RowAction({
  label,
  name,
  icon: Picture,
  danger = false,
  disabled = false,
  blocked = false,
  onClick,
  testId,
}: {
  /** What it does. */
  label: string;
  /** What it does to which row. */
  name: string;
  icon: Icon;
  danger?: boolean;
  disabled?: boolean;
  /** There is nothing to do just now; unlike a disabled one it keeps the focus. */
  blocked?: boolean;
  onClick: () => void;
  testId: string;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color={danger ? 'red' : 'gray'}
        disabled={disabled}
        data-disabled={blocked || undefined}
        aria-disabled={blocked || undefined}
        aria-label={name}
        onClick={blocked ? undefined : onClick}
        data-testid={testId}
      >
        <Picture size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
