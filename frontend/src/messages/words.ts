import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { Message } from '@/api/types';
import { useFailureText } from '@/domains/failure';
import { useCommandName } from '@/domains/sentence';
import { useFormat } from '@/i18n/format';
import './area';

export interface MessageWords {
  title: string;
  /** Why it didn't work; empty when there is nothing to add. */
  text: string;
}

/** A message in the reader's language: what became of what he asked for, or what Broker does by itself. */
export function useMessageWords(): (message: Message) => MessageWords {
  const { t, i18n } = useTranslation('messages');
  const commandName = useCommandName();
  const failureText = useFailureText();
  const format = useFormat();
  return useCallback(
    (message) => {
      const name = message.domain_name ?? '';
      const { reason, ends_at: at, hibernated, limit } = message.data;
      switch (message.kind) {
        case 'request_ended':
          return ended(message);
        case 'desktop_ends_soon':
          if (reason == null || at == null) return { title: message.text, text: '' };
          return {
            title: t(`ends_soon.${reason}`, { name, when: format.moment(at) }),
            text: t('ends_soon.advice'),
          };
        case 'desktop_ended':
          if (reason == null) return { title: message.text, text: '' };
          return {
            title: t(`ending.${hibernated === true ? 'hibernated' : 'shutdown'}`, { name }),
            text: t(`ending.${reason}`, { count: limit ?? 1 }),
          };
        case 'memory_lost':
          return { title: t('memory_lost.title', { name }), text: t('memory_lost.text') };
      }

      function ended({ command, state, domain_name, error_code, text }: Message): MessageWords {
        const key = `done.${command}`;
        if (state === 'done' && domain_name != null && i18n.exists(key, { ns: 'messages' })) {
          return { title: t(key as 'done.clone', { name: domain_name }), text: '' };
        }
        const named = command === null ? null : commandName(command);
        const what = [named, domain_name].filter(Boolean).join(' · ');
        const end = state === 'failed' || state === 'cancelled' ? state : 'done';
        return {
          title: t(`ended.${end}`, { what }),
          text: state === 'failed' ? failureText({ code: error_code, message: text }) : '',
        };
      }
    },
    [t, i18n, commandName, failureText, format],
  );
}
