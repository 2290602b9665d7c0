import { Button, Select, Stack, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDomains } from '@/api/domains';
import type { Domain } from '@/api/types';
import { useAct } from '@/domains/actions';
import { nameOf } from '@/domains/sentence';
import classes from './MachinePage.module.css';

/** Another base for a clone, or for all clones of a base. */
export function Rebase({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data: domains } = useDomains();
  const act = useAct();
  const [base, setBase] = useState<string | null>(null);
  const action = domain.is_base ? 'rebase_clones' : 'rebase_domain';
  const others = (domains ?? []).filter(
    ({ id, is_base }) => is_base && id !== domain.id && id !== domain.base_id,
  );
  return (
    <Stack gap="sm">
      <Text size="sm">{t(`common:confirm.${action}.text`)}</Text>
      <Select
        label={t('rebase.base')}
        data={others.map((other) => ({ value: other.id, label: nameOf(other) }))}
        value={base}
        onChange={setBase}
        searchable
        nothingFoundMessage={t('rebase.nothing')}
        data-testid="rebase-base"
      />
      <Button
        className={classes.deed}
        variant="light"
        disabled={base === null}
        onClick={() => void act(domain, action, { base })}
        data-testid="rebase"
      >
        {t(`common:action.${action}`)}
      </Button>
    </Stack>
  );
}
