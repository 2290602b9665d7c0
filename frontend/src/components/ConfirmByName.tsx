import { Modal, Stack, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormFooter } from './FormFooter';

interface Props {
  title: string;
  /** What is lost. */
  text: string;
  /** What has to be typed. */
  name: string;
  /** What the confirming button says: the deed. */
  yes: string;
  onYes: () => Promise<unknown>;
  onClose: () => void;
}

/** Asks for what takes people's work: whoever means it types the name of what it is about. */
export function ConfirmByName({ asked, ...props }: { asked: boolean } & Props) {
  const { t } = useTranslation();
  return (
    <Modal
      opened={asked}
      onClose={props.onClose}
      title={props.title}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      {asked && <Form {...props} />}
    </Modal>
  );
}

function Form({ text, name, yes, onYes, onClose }: Props) {
  const { t } = useTranslation();
  const [typed, setTyped] = useState('');
  const act = useMutation({ mutationFn: onYes, onSuccess: onClose });
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === name) act.mutate();
      }}
    >
      <Stack>
        <Text size="sm">{text}</Text>
        <TextInput
          label={t('type_name', { name })}
          value={typed}
          onChange={(event) => {
            setTyped(event.currentTarget.value);
          }}
          autoComplete="off"
          data-autofocus
          data-testid="confirm-name"
        />
        <FormFooter
          problem={act.error}
          busy={act.isPending}
          submit={yes}
          danger
          disabled={typed.trim() !== name}
          onCancel={onClose}
          testId="confirm"
        />
      </Stack>
    </form>
  );
}
