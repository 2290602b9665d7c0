import { notifications } from '@mantine/notifications';
import { screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { newMessage } from '../../mock/messages';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const bell = () => screen.findByTestId('messages-bell');

beforeEach(() => {
  notifications.clean();
});

describe('messages', () => {
  it('are counted on the bell, listed, and read one by one or all', async () => {
    const broker = stubBroker().signInAs('admin');
    const { user } = await showPortal('/');
    await waitFor(async () => {
      expect(await bell()).toHaveAccessibleName('Messages, 1 unread');
    });
    await user.click(await bell());
    expect(await screen.findByText("Start · maths-admin: didn't work.")).toBeVisible();
    await user.click(screen.getByTestId('message-read'));
    await waitFor(async () => {
      expect(await bell()).toHaveAttribute('data-unread', '0');
    });
    expect(broker.messages.filter((m) => m.user === 1 && m.read_at === null)).toEqual([]);
    expect(screen.getByTestId('messages-read-all')).toBeDisabled();
    await user.keyboard('{Escape}');
    expect(await bell()).toHaveFocus();
  });

  it("tell why it failed in the reader's language, as far as the reason is known", async () => {
    const broker = stubBroker().signInAs('admin');
    const failed = {
      user: 1,
      state: 'failed',
      domain_name: 'maths',
      command: 'pause_domain',
    } as const;
    broker.messages = [
      newMessage({ ...failed, id: 1, error_code: 'not_running', text: 'maths is not running.' }),
      newMessage({ ...failed, id: 2, error_code: 'host_refused', text: 'No room.' }),
      newMessage({ ...failed, id: 3, error_code: 'brand_new', text: 'Nobody knew that.' }),
    ];
    const { user } = await showPortal('/', 'ca');
    await user.click(await bell());
    await screen.findAllByTestId('message');
    expect(screen.getAllByTestId('message').map((li) => li.textContent)).toEqual([
      expect.stringContaining('Nobody knew that.'),
      expect.stringContaining("L'amfitrió no ho ha pogut fer: No room."),
      expect.stringContaining('No està engegada. Engegueu-la primer.'),
    ]);
  });

  it('lead to the desktop', async () => {
    stubBroker().signInAs('ana');
    const { user, router } = await showPortal('/');
    await user.click(await bell());
    await user.click(found((await screen.findAllByText('To the desktop'))[0]));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/^\/desktops\/.+\/view$/);
    });
  });

  it('that are new are shown, once and politely; old ones are not', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/');
    await waitFor(async () => {
      expect(await bell()).toHaveAttribute('data-unread', '1');
    });
    expect(screen.queryByTestId('message-toast')).toBeNull();

    const [menu] = await screen.findAllByTestId('desktop-menu');
    await user.click(found(menu));
    await user.click(await screen.findByTestId('action-shutdown_domain'));
    // what was asked for, and then how it ended, are one and the same
    const toast = await screen.findByTestId('message-toast');
    expect(toast).toHaveTextContent('debian-desktop-ana is off.');
    expect(toast).toHaveAttribute('role', 'status');
    expect(screen.queryByText(/is being shut down/)).toBeNull();
    expect(broker.requests.at(-1)?.state).toBe('done');
    expect(await bell()).toHaveAttribute('data-unread', '2');
  });

  it('about what is being watched are not told twice, and count as read', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user, router } = await showPortal('/');
    await waitFor(async () => {
      expect(await bell()).toHaveAttribute('data-unread', '1');
    });
    await user.click(await screen.findByLabelText('Continue Networks lab'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/view$/);
    });
    await waitFor(() => {
      const about = broker.messages.find((m) => m.request_id === broker.requests.at(-1)?.id);
      expect(about?.read_at).toBeTruthy();
    });
    expect(screen.queryByTestId('message-toast')).toBeNull();
  });

  it('tell what Broker does by itself, and why, also who looks at the desktop', async () => {
    const broker = stubBroker().signInAs('ana');
    const { id, name } = broker.find('debian-desktop-ana');
    await showPortal(`/desktops/${id}/view`);
    await screen.findByTestId('viewer');
    const ends_at = new Date(Date.now() + 300_000).toISOString();
    broker.tellUser('ana', 'desktop_ends_soon', id, { reason: 'run_time', ends_at });
    const toast = await screen.findByTestId('message-toast');
    expect(toast).toHaveTextContent(
      new RegExp(`${name} will be shut down at .+: then its time is over\\.Save your work\\.`),
    );
  });
});
