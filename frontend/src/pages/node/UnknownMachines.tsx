import { Button, Modal, Select, Stack, Switch, Text, TextInput } from '@mantine/core';
import { useForm } from '@mantine/form';
import { notifications } from '@mantine/notifications';
import { IconSearch } from '@tabler/icons-react';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { unknownQuery } from '@/api/nodes';
import { requestQuery, useAsk } from '@/api/requests';
import { isPending, type Node, type UnknownMachine } from '@/api/types';
import { usersQuery } from '@/api/users';
import { FormFooter } from '@/components/FormFooter';
import { useShowProblem } from '@/components/problemText';
import { StateBadge } from '@/domains/StateBadge';
import { useFormat } from '@/i18n/format';
import { toastOf } from '@/messages/watched';
import classes from './NodePage.module.css';

/** Machines that somebody made on a host; they can be taken into Broker's care. */
export function UnknownMachines({ node }: { node: Node }) {
  const { t } = useTranslation('node');
  const format = useFormat();
  const { data } = useQuery(unknownQuery(node.id));
  const [adopted, setAdopted] = useState<UnknownMachine | null>(null);
  const { mutateAsync: ask } = useAsk();
  const showProblem = useShowProblem();
  const look = useMutation({
    mutationFn: () => ask({ command: 'discover_domains', args: { node: node.name } }),
    onError: showProblem,
  });
  const id = look.data?.id;
  const { data: looking } = useQuery({ ...requestQuery(id ?? 0), enabled: id !== undefined });
  return (
    <Stack gap="sm" align="flex-start">
      <Text size="sm">{t('foreign.rule')}</Text>
      <Button
        variant="light"
        leftSection={<IconSearch size={16} aria-hidden />}
        loading={look.isPending || (looking !== undefined && isPending(looking))}
        onClick={() => {
          look.mutate();
        }}
        data-testid="unknown-look"
      >
        {t('foreign.look')}
      </Button>
      {data?.looked_at != null && (
        <Text size="sm" c="dimmed" role="status" data-testid="unknown-count">
          {t('foreign.count', {
            count: data.machines.length,
            when: format.moment(data.looked_at),
          })}
        </Text>
      )}
      <ul className={`${classes.list} ${classes.whole}`}>
        {data?.machines.map((machine) => (
          <li key={machine.id} data-testid="unknown-machine" data-name={machine.name}>
            <div className={classes.about}>
              <Text size="sm" fw={550}>
                {machine.name}
              </Text>
              <Text size="xs" c="dimmed">
                {`${format.memory(machine.memory_kib)} · ${t('foreign.disks', { count: machine.disks.length })}`}
              </Text>
              {machine.obstacles.map((obstacle) => (
                <Text key={obstacle} size="xs" c="red">
                  {obstacle}
                </Text>
              ))}
            </div>
            <StateBadge state={machine.state} />
            {machine.can_adopt && (
              <Button
                size="compact-sm"
                variant="light"
                aria-label={t('adopt.title', { name: machine.name })}
                onClick={() => {
                  setAdopted(machine);
                }}
                data-testid="unknown-adopt"
              >
                {t('adopt.open')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      <AdoptDialog
        node={node}
        machine={adopted}
        onClose={() => {
          setAdopted(null);
        }}
      />
    </Stack>
  );
}

interface Props {
  node: Node;
  machine: UnknownMachine | null;
  onClose: () => void;
}

function AdoptDialog({ node, machine, onClose }: Props) {
  const { t } = useTranslation(['node', 'common']);
  return (
    <Modal
      opened={machine !== null}
      onClose={onClose}
      title={machine && t('adopt.title', { name: machine.name })}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {machine && <Form node={node} machine={machine} onClose={onClose} />}
    </Modal>
  );
}

function Form({ node, machine, onClose }: Props & { machine: UnknownMachine }) {
  const { t } = useTranslation('node');
  const { data: users } = useQuery(usersQuery);
  const { mutateAsync: ask } = useAsk();
  const { needs_copy, needs_name, changes } = machine;
  const form = useForm({
    initialValues: { name: '', owner: null as string | null, copy: needs_copy, accept: false },
    validate: {
      name: (name) => (needs_name && name.trim() === '' ? t('adopt.name_needed') : null),
    },
  });
  const adopt = useMutation({
    mutationFn: ({ name, owner, copy, accept }: typeof form.values) =>
      ask({
        command: 'adopt_domain',
        args: {
          node: node.name,
          machine: machine.id,
          ...(name.trim() === '' ? {} : { name: name.trim() }),
          ...(owner === null ? {} : { owner: Number(owner) }),
          ...(copy ? { disks: 'copy' } : {}),
          ...(accept ? { accept_changes: true } : {}),
        },
      }),
    onSuccess: (request) => {
      notifications.show({
        id: toastOf(request.id),
        message: t('adopt.asked', { name: machine.name }),
      });
      onClose();
    },
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        adopt.mutate(values);
      })}
    >
      <Stack>
        <TextInput
          label={t('adopt.name')}
          description={t(needs_name ? 'adopt.name_taken' : 'adopt.name_rule')}
          data-testid="adopt-name"
          {...form.getInputProps('name')}
        />
        <Select
          label={t('adopt.owner')}
          placeholder={t('adopt.owner_self')}
          data={(users ?? []).map(({ id, name }) => ({ value: String(id), label: name }))}
          searchable
          clearable
          data-testid="adopt-owner"
          {...form.getInputProps('owner')}
        />
        <Switch
          label={t('adopt.copy')}
          description={t(needs_copy ? 'adopt.copy_needed' : 'adopt.copy_rule')}
          disabled={needs_copy}
          {...form.getInputProps('copy', { type: 'checkbox' })}
        />
        {changes.length > 0 && (
          <Switch
            label={t('adopt.accept')}
            description={changes.join(' ')}
            data-testid="adopt-accept"
            {...form.getInputProps('accept', { type: 'checkbox' })}
          />
        )}
        <FormFooter
          problem={adopt.error}
          busy={adopt.isPending}
          submit={t('adopt.submit')}
          disabled={changes.length > 0 && !form.values.accept}
          onCancel={onClose}
          testId="adopt-submit"
        />
      </Stack>
    </form>
  );
}
