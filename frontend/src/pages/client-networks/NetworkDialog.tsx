import { Modal, Radio, Stack, Switch, TextInput, Textarea } from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { useTranslation } from 'react-i18next';
import { formOf, useSaveNetwork } from '@/api/clientNetworks';
import type { ClientNetwork, ClientNetworkForm } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';

const choices = ['all', 'chosen', 'none'] as const satisfies readonly ClientNetworkForm['bases'][];

interface Props {
  edited: ClientNetwork | 'new' | null;
  onClose: () => void;
}

export function NetworkDialog({ edited, onClose }: Props) {
  const { t } = useTranslation(['client-networks', 'common']);
  const network = edited === 'new' ? null : edited;
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={network === null ? t('add') : network.name}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited !== null && <Form network={network} onClose={onClose} />}
    </Modal>
  );
}

const empty: ClientNetworkForm = {
  name: '',
  position: null,
  addresses: [],
  bases: 'all',
  requires_password: false,
};

function Form({ network, onClose }: { network: ClientNetwork | null; onClose: () => void }) {
  const { t } = useTranslation('client-networks');
  const save = useSaveNetwork();
  const before = network === null ? empty : formOf(network);
  const form = useForm({
    initialValues: { ...before, addresses: before.addresses.join('\n') },
    validate: {
      name: isNotEmpty(t('name_needed')),
      addresses: isNotEmpty(t('addresses_needed')),
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit((values) => {
        const addresses = values.addresses.split(/[\s,]+/).filter((text) => text !== '');
        save.mutate(
          { id: network?.id ?? null, form: { ...values, addresses } },
          { onSuccess: onClose },
        );
      })}
    >
      <Stack>
        <TextInput
          label={t('field.name')}
          data-testid="network-name"
          {...form.getInputProps('name')}
        />
        <Textarea
          label={t('field.addresses')}
          description={t('rule.addresses')}
          rows={4}
          spellCheck={false}
          data-testid="network-addresses"
          {...form.getInputProps('addresses')}
        />
        <Radio.Group label={t('field.bases')} {...form.getInputProps('bases')}>
          <Stack gap="xs" mt="xs">
            {choices.map((choice) => (
              <Radio
                key={choice}
                value={choice}
                label={t(`bases.${choice}`)}
                description={t(`rule.${choice}`)}
                data-testid={`network-bases-${choice}`}
              />
            ))}
          </Stack>
        </Radio.Group>
        <Switch
          label={t('field.requires_password')}
          description={t('rule.requires_password')}
          {...form.getInputProps('requires_password', { type: 'checkbox' })}
        />
        <FormFooter
          problem={save.error}
          busy={save.isPending}
          submit={t('save')}
          onCancel={onClose}
          testId="network-submit"
        />
      </Stack>
    </form>
  );
}
