import { Modal, NumberInput, Select, Stack, TextInput } from '@mantine/core';
import { useForm, type UseFormReturnType } from '@mantine/form';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import type { Device, DeviceOption, DevicesOfKind, Domain } from '@/api/types';
import { FormFooter } from '@/components/FormFooter';
import { useAskOf } from './ask';
import { useOptionLabel } from './deviceWords';

/** A device that is being changed, or one more of its kind. */
export interface Edited {
  kind: DevicesOfKind;
  device: Device | null;
}

export function DeviceDialog({
  domain,
  edited,
  onClose,
}: {
  domain: Domain;
  edited: Edited | null;
  onClose: () => void;
}) {
  const { t } = useTranslation(['machine', 'common']);
  return (
    <Modal
      opened={edited !== null}
      onClose={onClose}
      title={edited && t(`hardware.kind.${edited.kind.kind}`)}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {edited && <DeviceForm domain={domain} edited={edited} onClose={onClose} />}
    </Modal>
  );
}

type Values = Record<string, string | number>;

/** The form that the host's own description of a kind of device makes. */
function DeviceForm({
  domain,
  edited: { kind, device },
  onClose,
}: {
  domain: Domain;
  edited: Edited;
  onClose: () => void;
}) {
  const { t } = useTranslation('machine');
  const askOf = useAskOf(domain);
  const options = kind.options.filter((option) => !option.is_fixed);
  const before: Values = Object.fromEntries(
    options.map((option) => [option.name, device?.options[option.name] ?? option.usual ?? '']),
  );
  const form = useForm({ initialValues: before });
  const ask = useMutation({
    mutationFn: (values: Values) => {
      const changed = Object.entries(values)
        .map(([name, value]) => [name, String(value)] as const)
        .filter(([name, value]) => value !== String(before[name]));
      const args = { kind: kind.kind, options: Object.fromEntries(changed) };
      return device === null
        ? askOf('add_hardware', args)
        : askOf('change_hardware', { ...args, number: device.number });
    },
    onSuccess: onClose,
  });
  return (
    <form
      onSubmit={form.onSubmit((values) => {
        ask.mutate(values);
      })}
    >
      <Stack>
        {options.map((option) => (
          <OptionInput key={option.name} kind={kind} option={option} form={form} />
        ))}
        <FormFooter
          problem={ask.error}
          busy={ask.isPending}
          submit={device === null ? t('hardware.add') : t('hardware.change')}
          onCancel={onClose}
          testId="device-submit"
        />
      </Stack>
    </form>
  );
}

function OptionInput({
  kind,
  option,
  form,
}: {
  kind: DevicesOfKind;
  option: DeviceOption;
  form: UseFormReturnType<Values>;
}) {
  const optionLabel = useOptionLabel();
  const common = {
    label: optionLabel(kind, option),
    required: option.is_required,
    'data-testid': `option-${option.name}`,
    ...form.getInputProps(option.name),
  };
  if (option.choices !== null) {
    return (
      <Select
        data={option.choices.map(({ word, label }) => ({ value: word, label }))}
        allowDeselect={false}
        searchable={option.choices.length > 8}
        {...common}
      />
    );
  }
  if (option.minimum !== null) {
    return (
      <NumberInput
        min={option.minimum}
        max={option.maximum ?? undefined}
        allowDecimal={false}
        {...common}
      />
    );
  }
  return <TextInput description={option.hint} {...common} />;
}
