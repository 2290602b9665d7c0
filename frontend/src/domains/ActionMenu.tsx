import { ActionIcon, Menu, type ActionIconProps } from '@mantine/core';
import { IconDots } from '@tabler/icons-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { ActionSymbol } from './ActionSymbol';
import { allowed, isDangerous, useAct, useActionText, type Action } from './actions';
import { nameOf } from './sentence';

interface Props extends ActionIconProps {
  domain: Domain;
  /** Only these of what is allowed; all when it isn't given. */
  offered?: readonly Action[];
  /** Entries above the actions. */
  children?: ReactNode;
  'data-testid': string;
}

/** The three dots: what may be done to a domain now. Nothing at all when that is nothing. */
export function ActionMenu({ domain, offered, children, ...button }: Props) {
  const { t } = useTranslation();
  const act = useAct();
  const actionText = useActionText();
  const entries = allowed(domain).filter((action) => offered?.includes(action) ?? true);
  if (entries.length === 0 && children === undefined) return null;

  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon size="lg" aria-label={t('more', { name: nameOf(domain) })} {...button}>
          <IconDots size={20} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {children}
        {entries.map((action) => (
          <Menu.Item
            key={action}
            color={isDangerous(action) ? 'red' : undefined}
            leftSection={<ActionSymbol action={action} />}
            onClick={() => void act(domain, action)}
            data-testid={`action-${action}`}
          >
            {actionText(domain, action)}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}
