import { notifications } from '@mantine/notifications';
import {
  IconEye,
  IconEyeOff,
  IconFoldDown,
  IconMoon,
  IconPlayerPause,
  IconPlayerPlay,
  IconPlayerTrackNext,
  IconPlugConnectedX,
  IconPower,
  IconRestore,
  IconRefresh,
  IconRefreshAlert,
  IconRotate,
  IconSwitchVertical,
  IconStackPop,
  IconStackPush,
  IconTrash,
  IconUnlink,
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
import { unlessOverLimit, useMayEnd } from './overLimit';
import { nameOf } from './sentence';

interface Kind {
  icon: TablerIcon;
  /** Asks first, in words that say what is lost. */
  asks?: true;
  /** What it takes nobody can bring back. */
  dangerous?: true;
}

/**
 * What can be done to a domain at one click, in the order of the menus. `publish` and `unpublish`
 * change a row, the others are commands of the same word that need nothing but the domain.
 */
export const actions = {
  start_domain: { icon: IconPlayerPlay },
  resume_domain: { icon: IconPlayerPlay },
  shutdown_domain: { icon: IconPower },
  hibernate_domain: { icon: IconMoon },
  pause_domain: { icon: IconPlayerPause },
  reboot_domain: { icon: IconRefresh, asks: true },
  shutdown_start: { icon: IconRotate, asks: true },
  force_reboot_domain: { icon: IconRefreshAlert, asks: true, dangerous: true },
  force_shutdown_domain: { icon: IconPlugConnectedX, asks: true, dangerous: true },
  prepare_base: { icon: IconStackPush, asks: true },
  start_clones: { icon: IconPlayerTrackNext },
  shutdown_clones: { icon: IconPower, asks: true },
  publish: { icon: IconEye },
  unpublish: { icon: IconEyeOff },
  remove_base: { icon: IconStackPop, asks: true },
  spinoff_domain: { icon: IconUnlink, asks: true },
  detach_domain: { icon: IconUnlink, asks: true },
  compact_domain: { icon: IconFoldDown, asks: true },
  rebase_domain: { icon: IconSwitchVertical, asks: true, dangerous: true },
  rebase_clones: { icon: IconSwitchVertical, asks: true, dangerous: true },
  restore_domain: { icon: IconRestore, asks: true, dangerous: true },
  remove_domain: { icon: IconTrash, asks: true, dangerous: true },
} as const satisfies Record<string, Kind>;

export type Action = keyof typeof actions;
export type Asking = {
  [A in Action]: (typeof actions)[A] extends { asks: true } ? A : never;
}[Action];

/** What a temporary desktop doesn't outlive. */
const ending: readonly Action[] = ['shutdown_domain', 'force_shutdown_domain'];

export function isDangerous(action: Action): boolean {
  return 'dangerous' in actions[action];
}

function isAsking(action: Action): action is Asking {
  return 'asks' in actions[action];
}

/** What the server would accept from this person now. */
export function allowed({ may, is_base, is_public }: Domain): Action[] {
  return (Object.keys(actions) as Action[]).filter((action) => {
    if (action !== 'publish' && action !== 'unpublish') return may.includes(action);
    return may.includes('publish') && is_base && is_public === (action === 'unpublish');
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
export function useAct(): (
  domain: Domain,
  action: Action,
  /** What it takes besides the domain. */
  args?: Record<string, unknown>,
) => Promise<boolean> {
  const { t } = useTranslation();
  const confirm = useConfirm();
  const { mutateAsync: ask } = useAsk();
  const { mutateAsync: publish } = usePublish();
  const mayEnd = useMayEnd();
  const showProblem = useShowProblem();

  return useCallback(
    async (domain, action, args = {}) => {
      const name = nameOf(domain);
      const question =
        domain.is_volatile && ending.includes(action)
          ? 'volatile'
          : isAsking(action)
            ? action
            : null;
      if (question !== null) {
        const yes = await confirm({
          title: t(`confirm.${question}.title`, { name }),
          text: t(`confirm.${question}.text`),
          yes: t(`confirm.${question}.yes`),
          danger: question === 'volatile' || isDangerous(action),
        });
        if (!yes) return false;
      }
      let id: string | undefined;
      try {
        if (action === 'publish' || action === 'unpublish') {
          await publish({ id: domain.id, is_public: action === 'publish' });
        } else {
          const body = { command: action, args: { domain: domain.id, ...args } };
          const request = await unlessOverLimit(
            (confirmed) => ask({ ...body, confirm: confirmed }),
            mayEnd(name),
          );
          if (request === null) return false;
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
    [t, confirm, ask, mayEnd, publish, showProblem],
  );
}
