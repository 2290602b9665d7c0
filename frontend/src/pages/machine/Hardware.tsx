import { ActionIcon, Button, Skeleton, Text, Tooltip } from '@mantine/core';
import { IconPencil, IconPlus, IconX } from '@tabler/icons-react';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { hardwareQuery } from '@/api/hardware';
import { useUser } from '@/api/session';
import type { Device, DevicesOfKind, Domain } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { Panel } from '@/components/Panel';
import { ProblemState } from '@/components/ProblemState';
import { useShowProblem } from '@/components/problemText';
import { DeviceDialog, type Edited } from './DeviceDialog';
import classes from './Hardware.module.css';
import { useAskOf } from './ask';
import { usePlainWords } from './deviceWords';

/** What it is made of, and what its host could make of it instead. */
export function Hardware({ domain }: { domain: Domain }) {
  const { t } = useTranslation(['machine', 'common']);
  const { data, error, refetch } = useQuery(hardwareQuery(domain.id));
  const [edited, setEdited] = useState<Edited | null>(null);
  const isAdmin = useUser()?.is_admin === true;
  if (data === undefined) {
    if (error !== null) return <ProblemState problem={error} onRetry={() => void refetch()} />;
    return <Skeleton height={320} radius="lg" role="status" aria-label={t('common:loading')} />;
  }
  return (
    <>
      {domain.is_base && data.may_change && (
        <Text size="sm" c="dimmed" mb="sm">
          {t('hardware.base')}
        </Text>
      )}
      <Panel title={t('tab.hardware')}>
        <ul className={classes.kinds} data-testid="hardware">
          {data.kinds.map((kind) => (
            <Kind
              key={kind.kind}
              domain={domain}
              kind={kind}
              mayChange={data.may_change && (isAdmin || !kind.is_for_administrators)}
              onEdit={setEdited}
            />
          ))}
        </ul>
      </Panel>
      <DeviceDialog
        domain={domain}
        edited={edited}
        onClose={() => {
          setEdited(null);
        }}
      />
    </>
  );
}

function Kind({
  domain,
  kind,
  mayChange,
  onEdit,
}: {
  domain: Domain;
  kind: DevicesOfKind;
  mayChange: boolean;
  onEdit: (edited: Edited) => void;
}) {
  const { t } = useTranslation('machine');
  const label = t(`hardware.kind.${kind.kind}`);
  const canChoose = kind.options.some((option) => !option.is_fixed);
  return (
    <li data-testid="hardware-kind" data-kind={kind.kind}>
      <span className={classes.kind}>{label}</span>
      <ul className={classes.devices}>
        {kind.devices.map((device) => (
          <li key={device.number}>
            <Summary kind={kind} device={device} />
            {mayChange && canChoose && (
              <Tooltip label={t('hardware.change')}>
                <ActionIcon
                  variant="subtle"
                  color="gray"
                  aria-label={t('hardware.change_named', { label, number: device.number })}
                  onClick={() => {
                    onEdit({ kind, device });
                  }}
                  data-testid="hardware-change"
                >
                  <IconPencil size={16} aria-hidden />
                </ActionIcon>
              </Tooltip>
            )}
            {mayChange && kind.least !== null && kind.devices.length > kind.least && (
              <Remove domain={domain} kind={kind} device={device} label={label} />
            )}
          </li>
        ))}
        {mayChange && kind.most !== null && kind.devices.length < kind.most && (
          <li>
            <Button
              size="compact-sm"
              variant="subtle"
              leftSection={<IconPlus size={14} aria-hidden />}
              aria-label={t('hardware.add_named', { label })}
              onClick={() => {
                onEdit({ kind, device: null });
              }}
              data-testid="hardware-add"
            >
              {t('hardware.add')}
            </Button>
          </li>
        )}
      </ul>
    </li>
  );
}

function Remove({
  domain,
  kind,
  device,
  label,
}: {
  domain: Domain;
  kind: DevicesOfKind;
  device: Device;
  label: string;
}) {
  const { t } = useTranslation('machine');
  const confirm = useConfirm();
  const ask = useAskOf(domain);
  const showProblem = useShowProblem();
  const remove = async () => {
    const yes = await confirm({
      title: t('hardware.remove_confirm.title', { label, number: device.number }),
      text: t('hardware.remove_confirm.text'),
      yes: t('hardware.remove'),
    });
    if (!yes) return;
    await ask('remove_hardware', { kind: kind.kind, number: device.number }).catch(showProblem);
  };
  return (
    <Tooltip label={t('hardware.remove')}>
      <ActionIcon
        variant="subtle"
        color="gray"
        aria-label={t('hardware.remove_named', { label, number: device.number })}
        onClick={() => void remove()}
        data-testid="hardware-remove"
      >
        <IconX size={16} aria-hidden />
      </ActionIcon>
    </Tooltip>
  );
}

function Summary({ kind, device }: { kind: DevicesOfKind; device: Device }) {
  const plainWords = usePlainWords();
  return <span className={classes.summary}>{plainWords(kind, device)}</span>;
}
