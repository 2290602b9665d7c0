import { ActionIcon, Select, Stack, Text, Tooltip } from '@mantine/core';
import { IconPlayerEject } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { libraryQuery } from '@/api/library';
import { useUser } from '@/api/session';
import type { Cd, Domain } from '@/api/types';
import { useShowProblem } from '@/components/problemText';
import { useAskOf } from './ask';
import classes from './Disks.module.css';

/** Its CD drives; one that is off and has none gets one with its first CD. */
export function Cds({
  domain,
  cds,
  mayChange,
}: {
  domain: Domain;
  cds: readonly Cd[];
  mayChange: boolean;
}) {
  const { t } = useTranslation('machine');
  const canGetOne = mayChange && domain.state === 'shutdown';
  if (cds.length === 0 && !canGetOne) {
    return (
      <Text size="sm" c="dimmed">
        {t(mayChange ? 'cds.none_running' : 'cds.none')}
      </Text>
    );
  }
  const drives: readonly (Cd | null)[] = cds.length === 0 ? [null] : cds;
  return (
    <Stack gap="sm" data-testid="cds">
      {drives.map((cd) => (
        <Drive key={cd?.target ?? ''} domain={domain} cd={cd} mayChange={mayChange} />
      ))}
    </Stack>
  );
}

function Drive({
  domain,
  cd,
  mayChange,
}: {
  domain: Domain;
  /** Null for the one that it would get. */
  cd: Cd | null;
  mayChange: boolean;
}) {
  const { t } = useTranslation('machine');
  const data = useCds(domain, cd, mayChange);
  const ask = useAskOf(domain);
  const showProblem = useShowProblem();
  const label = cd === null ? t('cds.new') : t('cds.drive', { target: cd.target });
  if (!mayChange) return <Text size="sm">{`${label}: ${cd?.file ?? t('cds.empty')}`}</Text>;
  const isChanging = domain.pending.some(({ command }) => command === 'change_cd');
  const change = (file: string | null) => {
    const args = { ...(cd && { target: cd.target }), ...(file !== null && { file }) };
    ask('change_cd', args).catch(showProblem);
  };
  return (
    <div className={classes.drive}>
      <Select
        className={classes.cd}
        label={label}
        description={cd === null ? t('cds.new_rule') : undefined}
        placeholder={t('cds.empty')}
        data={data}
        value={cd?.file ?? null}
        onChange={change}
        allowDeselect={false}
        disabled={isChanging}
        searchable
        nothingFoundMessage={t('cds.nothing')}
        data-testid="cd"
      />
      {cd?.file != null && (
        <Tooltip label={t('cds.eject')}>
          <ActionIcon
            variant="default"
            size="input-sm"
            aria-label={t('cds.eject_named', { target: cd.target })}
            disabled={isChanging}
            onClick={() => {
              change(null);
            }}
            data-testid="cd-eject"
          >
            <IconPlayerEject size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </div>
  );
}

/** What can be put in: CDs of the library on its host. The front end can't lend what was uploaded to a hypervisor. */
function useCds(domain: Domain, cd: Cd | null, mayChange: boolean) {
  const { t } = useTranslation('machine');
  const isAdmin = useUser()?.is_admin === true;
  const { data: images } = useQuery({ ...libraryQuery, enabled: mayChange && isAdmin });
  const files = (images ?? [])
    .filter(({ node, format }) => node === domain.node && format === 'iso')
    .map(({ file, is_upload }) => ({
      value: file,
      label: is_upload ? t('cds.uploaded', { file }) : file,
      disabled: is_upload,
    }));
  const inside = cd?.file ?? null;
  return inside === null || files.some(({ value }) => value === inside)
    ? files
    : [{ value: inside, label: inside, disabled: false }, ...files];
}
