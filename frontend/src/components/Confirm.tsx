import { Button, Group, Modal, Text } from '@mantine/core';
import { createContext, use, useCallback, useState, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export interface Question {
  title: string;
  text: string;
  /** What the confirming button says: the deed, never "OK". */
  yes: string;
  danger?: boolean;
}

type Ask = (question: Question) => Promise<boolean>;

const ConfirmContext = createContext<Ask>(() => Promise.resolve(false));

/** One dialog for all questions of the kind "do you really want that?". */
export function ConfirmProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [question, setQuestion] = useState<Question | null>(null);
  const [opened, setOpened] = useState(false);
  const [answer, setAnswer] = useState<(yes: boolean) => void>(() => () => undefined);

  const ask = useCallback<Ask>(
    (asked) =>
      new Promise((resolve) => {
        setQuestion(asked);
        setAnswer(() => resolve);
        setOpened(true);
      }),
    [],
  );

  const close = (yes: boolean) => {
    setOpened(false);
    answer(yes);
  };

  return (
    <ConfirmContext value={ask}>
      {children}
      <Modal
        opened={opened}
        onClose={() => {
          close(false);
        }}
        title={question?.title}
        closeButtonProps={{ 'aria-label': t('close') }}
      >
        <Text size="sm">{question?.text}</Text>
        <Group justify="flex-end" mt="lg">
          <Button
            variant="default"
            onClick={() => {
              close(false);
            }}
            data-autofocus
          >
            {t('cancel')}
          </Button>
          <Button
            color={question?.danger === true ? 'red' : undefined}
            onClick={() => {
              close(true);
            }}
            data-testid="confirm"
          >
            {question?.yes}
          </Button>
        </Group>
      </Modal>
    </ConfirmContext>
  );
}

export function useConfirm(): Ask {
  return use(ConfirmContext);
}
