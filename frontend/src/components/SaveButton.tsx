import { Button, Group } from '@mantine/core';
import type { ReactNode } from 'react';

/** The end of a form on a page: saves what was changed, once there is something. */
export function SaveButton({
  changed,
  busy,
  children,
  testId,
}: {
  changed: boolean;
  busy?: boolean;
  /** What the button does, in words. */
  children: ReactNode;
  testId?: string;
}) {
  return (
    <Group justify="flex-end">
      <Button
        type="submit"
        variant="light"
        disabled={!changed}
        loading={busy ?? false}
        data-testid={testId}
      >
        {children}
      </Button>
    </Group>
  );
}
