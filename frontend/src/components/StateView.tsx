import { Stack, Text, ThemeIcon, Title } from '@mantine/core';
import type { TablerIcon } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import classes from './StateView.module.css';

/** A page (or part of it) that has nothing to show but a state: empty, refused, failed. */
export function StateView({
  icon: Icon,
  title,
  text,
  children,
  colour = 'gray',
  order = 2,
}: {
  icon: TablerIcon;
  title: string;
  text?: string;
  children?: ReactNode;
  colour?: string;
  /** 1 where it is all there is on the page. */
  order?: 1 | 2;
}) {
  return (
    <Stack align="center" gap="sm" className={classes.view}>
      <ThemeIcon variant="light" color={colour} size={72} radius="xl">
        <Icon size={36} stroke={1.5} aria-hidden />
      </ThemeIcon>
      <Title order={order} size="h3" ta="center">
        {title}
      </Title>
      {text !== undefined && (
        <Text c="dimmed" ta="center" maw={480}>
          {text}
        </Text>
      )}
      {children}
    </Stack>
  );
}
