import { notifications } from '@mantine/notifications';
import {
  IconCopyPlus,
  IconEye,
  IconEyeOff,
  IconMoon,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlugConnectedX,
  IconPower,
  IconRefresh,
  IconStackPop,
  IconStackPush,
  IconTrash,
  type TablerIcon,
} from '@tabler/icons-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { usePublish } from '@/api/domains';
import { useAsk } from '@/api/requests';
import type { Domain } from '@/api/types';
import { useConfirm } from '@/components/Confirm';
import { useShowProblem } from '@/components/problemText';
import { toastOf } from '@/messages/watched';
import { nameOf } from './sentence';

/** What can be done to a domain at one click. `publish` and `unpublish` change a row, the others are requests. */
export const actions = [
  'start_domain',
  'resume_domain',
  'shutdown_domain',
  'hibernate_domain',
  'pause_domain',
  'reboot_domain',
  'force_shutdown_domain',
  'prepare_base',
  'publish',
  'unpublish',
  'remove_base',
  'remove_domain',
] as const;
export type Action = (typeof actions)[number];

export const actionIcons: Record<Action | 'clone', TablerIcon> = {
  start_domain: IconPlayerPlay,
  resume_domain: IconPlayerPlay,
  shutdown_domain: IconPower,
  hibernate_domain: IconMoon,
  pause_domain: IconPlayerPause,
  reboot_domain: IconRefresh,
  force_shutdown_domain: IconPlugConnectedX,
  prepare_base: IconStackPush,
  publish: IconEye,
  unpublish: IconEyeOff,
  remove_base: IconStackPop,
  clone: IconCopyPlus,
  remove_domain: IconTrash,
};

const confirmed = [
  'reboot_domain',
  'force_shutdown_domain',
  'prepare_base',
  'remove_base',
  'remove_domain',
] as const satisfies readonly Action[];
type Confirmed = (typeof confirmed)[number];

/** What a temporary desktop doesn't outlive. */
const ending: readonly Action[] = ['shutdown_domain', 'force_shutdown_domain'];

export const dangerous: readonly Action[] = ['force_shutdown_domain', 'remove_domain'];

function isConfirmed(action: Action): action is Confirmed {
  return (confirmed as readonly Action[]).includes(action);
}

/** What the server would accept from this person now. */
export function allowed(domain: Domain): Action[] {
  return actions.filter((action) => {
    switch (action) {
      case 'publish':
        return domain.is_base && !domain.is_public && domain.may.includes('publish');
      case 'unpublish':
        return domain.is_base && domain.is_public && domain.may.includes('publish');
      case 'start_domain':
      case 'resume_domain':
      case 'shutdown_domain':
      case 'hibernate_domain':
      case 'pause_domain':
      case 'reboot_domain':
      case 'force_shutdown_domain':
      case 'prepare_base':
      case 'remove_base':
      case 'remove_domain':
        return domain.may.includes(action);
    }
  });
}

/** What an action is called; starting what was hibernated goes on where it was. */
export function useActionText(): (domain: Pick<Domain, 'state'>, action: Action) => string {
  const { t } = useTranslation();
  return useCallback(
    ({ state }, action) =>
      action === 'start_domain' && state === 'hibernated'
        ? t('action.resume_domain')
        : t(`action.${action}`),
    [t],
  );
}

/** Does an action, after a question where it can't be undone; says that it was asked for, or why not. */
export function useAct(): (domain: Domain, action: Action) => Promise<boolean> {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { mutateAsync: ask } = useAsk();
  const { mutateAsync: publish } = usePublish();
  const showProblem = useShowProblem();

  return useCallback(
    async (domain, action) => {
      const name = nameOf(domain);
      const question =
        domain.is_volatile && ending.includes(action)
          ? 'volatile'
          : isConfirmed(action)
            ? action
            : null;
      if (question !== null) {
        const yes = await confirm({
          title: t(`confirm.${question}.title`, { name }),
          text: t(`confirm.${question}.text`),
          yes: t(`confirm.${question}.yes`),
          danger: question === 'volatile' || dangerous.includes(action),
        });
        if (!yes) return false;
      }
      let id: string | undefined;
      try {
        if (action === 'publish' || action === 'unpublish') {
          await publish({ id: domain.id, is_public: action === 'publish' });
        } else {
          const request = await ask({ command: action, args: { domain: domain.id } });
          // the message of how it ended takes the place of this one
          id = toastOf(request.id);
        }
      } catch (problem) {
        showProblem(problem);
        return false;
      }
      notifications.show({
        ...(id === undefined ? {} : { id }),
        message: t(`asked.${action}`, { name }),
      });
      return true;
    },
    [t, confirm, ask, publish, showProblem],
  );
}
