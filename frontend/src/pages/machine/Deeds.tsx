import { Button, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { ActionSymbol } from '@/domains/ActionSymbol';
import { allowed, isDangerous, useAct, useActionText, type Asking } from '@/domains/actions';
import classes from './Deeds.module.css';

/** Those of some actions that are allowed, each with what it means. */
export function Deeds({ domain, offered }: { domain: Domain; offered: readonly Asking[] }) {
  const { t } = useTranslation();
  const act = useAct();
  const actionText = useActionText();
  const may = allowed(domain);
  return (
    <ul className={classes.deeds}>
      {offered
        .filter((action) => may.includes(action))
        .map((action) => (
          <li key={action}>
            <Text size="sm">{t(`confirm.${action}.text`)}</Text>
            <Button
              variant="default"
              size="sm"
              color={isDangerous(action) ? 'red' : undefined}
              leftSection={<ActionSymbol action={action} />}
              onClick={() => void act(domain, action)}
              data-testid={`deed-${action}`}
            >
              {actionText(domain, action)}
            </Button>
          </li>
        ))}
    </ul>
  );
}
