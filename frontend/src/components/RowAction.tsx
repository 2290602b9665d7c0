import { ActionIcon, Tooltip } from '@mantine/core';
import type { Icon } from '@tabler/icons-react';

/** A button of a row that shows a picture: what it does is told by its tooltip, and what it does it to to those who don't see the row. */
export function RowAction({
  label,
  name,
  icon: Picture,
  danger = false,
  disabled = false,
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
  onClick: () => void;
  testId: string;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color={danger ? 'red' : 'gray'}
        disabled={disabled}
        aria-label={name}
        onClick={onClick}
        data-testid={testId}
      >
        <Picture size={18} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}
