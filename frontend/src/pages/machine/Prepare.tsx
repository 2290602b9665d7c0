import { Button, Stack, Switch, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Domain } from '@/api/types';
import { ActionSymbol } from '@/domains/ActionSymbol';
import { useAct } from '@/domains/actions';

/** How it becomes a base. */
export function Prepare({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const act = useAct();
  const [publish, setPublish] = useState(false);
  const [withCd, setWithCd] = useState(false);
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">{t('common:confirm.prepare_base.text')}</Text>
      <Switch
        label={t('prepare.publish')}
        description={t('prepare.publish_rule')}
        checked={publish}
        onChange={(event) => {
          setPublish(event.currentTarget.checked);
        }}
        data-testid="prepare-publish"
      />
      <Switch
        label={t('prepare.with_cd')}
        description={t('prepare.with_cd_rule')}
        checked={withCd}
        onChange={(event) => {
          setWithCd(event.currentTarget.checked);
        }}
        data-testid="prepare-with-cd"
      />
      <Button
        variant="light"
        leftSection={<ActionSymbol action="prepare_base" />}
        onClick={() =>
          void act(domain, 'prepare_base', {
            ...(publish ? { publish } : {}),
            ...(withCd ? { with_cd: true } : {}),
          })
        }
        data-testid="prepare"
      >
        {t('common:action.prepare_base')}
      </Button>
    </Stack>
  );
}
