import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { useFailureText } from '@/domains/failure';
import { useCommandName } from '@/domains/sentence';
import './area';

export interface MessageWords {
  title: string;
  /** Why it didn't work; empty when there is nothing to add. */
  text: string;
}

/** A message in the reader's language: what became of what he asked for. */
export function useMessageWords(): (message: Message) => MessageWords {
  const { t, i18n } = useTranslation('messages');
  const commandName = useCommandName();
  const failureText = useFailureText();
  return useCallback(
    ({ command, state, domain_name, error_code, text }) => {
      const key = `done.${command}`;
      if (state === 'done' && domain_name != null && i18n.exists(key, { ns: 'messages' })) {
        return { title: t(key as 'done.clone', { name: domain_name }), text: '' };
      }
      const what = [commandName(command), domain_name].filter(Boolean).join(' · ');
      const ended = state === 'failed' || state === 'cancelled' ? state : 'done';
      return {
        title: t(`ended.${ended}`, { what }),
        text: state === 'failed' ? failureText({ code: error_code, message: text }) : '',
      };
    },
    [t, i18n, commandName, failureText],
  );
}
