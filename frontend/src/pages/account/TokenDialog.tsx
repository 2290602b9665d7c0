import {
  Alert,
  Button,
  Checkbox,
  Code,
  Group,
  Modal,
  Select,
  Stack,
  Text,
  TextInput,
} from '@mantine/core';
import { isNotEmpty, useForm } from '@mantine/form';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMakeToken } from '@/api/account';
import type { MadeToken } from '@/api/types';
import { CopyButton } from '@/components/CopyButton';
import { FormFooter } from '@/components/FormFooter';
import { isUnproven, Proof } from '@/components/Proof';
import classes from './TokenDialog.module.css';
import { useScopeText } from './useScopeText';

export function TokenDialog({
  opened,
  scopes,
  onClose,
}: {
  opened: boolean;
  /** What the reader may give a token. */
  scopes: readonly string[];
  onClose: () => void;
}) {
  const { t } = useTranslation(['account', 'common']);
  const make = useMakeToken();
  const made = make.data;
  const close = () => {
    onClose();
    make.reset();
  };
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={
        made === undefined ? t('tokens.add') : t('tokens.made.title', { name: made.made.name })
      }
      // a click beside it must not lose what is shown only once
      closeOnClickOutside={made === undefined}
      closeButtonProps={{ 'aria-label': t('common:close') }}
    >
      {made === undefined ? (
        opened && <Form make={make} scopes={scopes} onClose={close} />
      ) : (
        <Made made={made} onClose={close} />
      )}
    </Modal>
  );
}

const lifetimes = ['7', '30', '90', '365'];

function Form({
  make,
  scopes,
  onClose,
}: {
  make: ReturnType<typeof useMakeToken>;
  scopes: readonly string[];
  onClose: () => void;
}) {
  const { t } = useTranslation('account');
  const scopeText = useScopeText();
  const [password, setPassword] = useState('');
  const form = useForm({
    initialValues: { name: '', scopes: ['read'], days: '30' },
    validate: {
      name: isNotEmpty(t('tokens.name_needed')),
      scopes: (chosen) => (chosen.length === 0 ? t('tokens.scopes_needed') : null),
    },
  });
  return (
    <form
      noValidate
      onSubmit={form.onSubmit(({ name, scopes: chosen, days }) => {
        make.mutate({ name: name.trim(), scopes: chosen, days: Number(days), password });
      })}
    >
      <Stack>
        <TextInput
          label={t('tokens.field.name')}
          data-testid="token-name"
          {...form.getInputProps('name')}
        />
        <Checkbox.Group label={t('tokens.field.scopes')} {...form.getInputProps('scopes')}>
          <div className={classes.scopes}>
            {scopes.map((scope) => (
              <Checkbox
                key={scope}
                value={scope}
                label={scopeText(scope)}
                data-testid={`token-scope-${scope}`}
              />
            ))}
          </div>
        </Checkbox.Group>
        <Select
          label={t('tokens.field.days')}
          data={lifetimes.map((value) => ({
            value,
            label: t('tokens.days', { count: Number(value) }),
          }))}
          allowDeselect={false}
          {...form.getInputProps('days')}
        />
        <Proof problem={make.error} password={password} onPassword={setPassword} />
        <FormFooter
          problem={isUnproven(make.error) ? null : make.error}
          busy={make.isPending}
          submit={t('tokens.add')}
          onCancel={onClose}
          testId="token-submit"
        />
      </Stack>
    </form>
  );
}

function Made({ made, onClose }: { made: MadeToken; onClose: () => void }) {
  const { t } = useTranslation('account');
  return (
    <Stack>
      <Alert color="yellow" icon={<IconAlertTriangle aria-hidden />}>
        {t('tokens.made.text')}
      </Alert>
      <TextInput
        label={t('tokens.made.token')}
        value={made.token}
        readOnly
        onFocus={(event) => {
          event.currentTarget.select();
        }}
        rightSection={<CopyButton value={made.token} what={t('tokens.made.token')} />}
        data-testid="token-value"
        data-autofocus
      />
      <div>
        <Text size="sm">{t('tokens.made.use')}</Text>
        <Code block>{`Authorization: Bearer ${made.token}`}</Code>
      </div>
      <Group justify="flex-end">
        <Button onClick={onClose} data-testid="token-done">
          {t('tokens.made.done')}
        </Button>
      </Group>
    </Stack>
  );
}
