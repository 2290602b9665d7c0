import { fireEvent, screen, waitFor } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { showPortal, stubBroker } from '@/testing/portal';
import FakeRfb from '@/testing/rfb';
import { Display, waitsMs, type Phase } from './display';

beforeEach(() => {
  FakeRfb.all = [];
});

async function showViewer() {
  const broker = stubBroker().signInAs('ana');
  const domain = broker.find('debian-desktop-ana');
  const portal = await showPortal(`/desktops/${domain.id}/view`);
  return { broker, domain, ...portal };
}

async function joined() {
  await waitFor(() => {
    expect(FakeRfb.all.length).toBeGreaterThan(0);
  });
  const rfb = FakeRfb.last;
  rfb.connect();
  await waitFor(() => {
    expect(screen.getByTestId('screen')).toHaveAttribute('data-connected', 'true');
  });
  return rfb;
}

describe('the viewer', () => {
  it('joins the screen by a ticket in the subprotocol, scaled to the window', async () => {
    const { domain } = await showViewer();
    const rfb = await joined();
    expect(rfb.options.wsProtocols).toEqual(['binary', `ticket.mock-${domain.id}`]);
    expect(rfb.url).toBe('ws://localhost:3000/api/display');
    expect(rfb.scaleViewport).toBe(true);
    expect(rfb.sent).toContain('focus');
  });

  it('gives the keyboard back on Ctrl+Alt+Shift', async () => {
    await showViewer();
    const rfb = await joined();
    const released = vi.fn();
    window.addEventListener('blur', released, { once: true });
    fireEvent.keyDown(screen.getByTestId('screen'), {
      key: 'Shift',
      ctrlKey: true,
      altKey: true,
      shiftKey: true,
    });
    expect(rfb.sent).toContain('blur');
    expect(released).toHaveBeenCalled();
    expect(screen.getByTestId('viewer-cad')).toHaveFocus();
  });

  it('sends Ctrl+Alt+Del', async () => {
    const { user } = await showViewer();
    const rfb = await joined();
    await user.click(screen.getByTestId('viewer-cad'));
    expect(rfb.sent).toContain('ctrl_alt_del');
  });

  it('joins again by itself when the connection breaks', async () => {
    await showViewer();
    const rfb = await joined();
    rfb.break();
    await waitFor(() => {
      expect(FakeRfb.all).toHaveLength(2);
    });
    FakeRfb.last.connect();
    await waitFor(() => {
      expect(screen.getByTestId('screen')).toHaveAttribute('data-connected', 'true');
    });
  });

  it('shows a desktop that is off as a state, and starts it', async () => {
    const { broker, domain, user } = await showViewer();
    const rfb = await joined();
    broker.setState(domain, 'shutdown');
    rfb.break();
    expect(await screen.findByText('Your desktop is off')).toBeVisible();
    await user.click(screen.getByTestId('viewer-start'));
    await screen.findByTestId('screen');
  });

  it('shuts down at once, but asks before it forces off', async () => {
    const { broker, user } = await showViewer();
    await joined();
    await user.click(screen.getByTestId('viewer-force-off'));
    expect(await screen.findByText('Force Debian desktop off?')).toBeVisible();
    await user.click(screen.getByText('Cancel'));
    await user.click(screen.getByTestId('viewer-shutdown'));
    expect(await screen.findByText('Your desktop is off')).toBeVisible();
    const asked = broker.requests.map((r) => r.command);
    expect(asked).not.toContain('force_shutdown_domain');
    expect(asked.at(-1)).toBe('shutdown_domain');
  });

  it('tells what a hibernated desktop is, and shows its screen again whoever woke it', async () => {
    const { broker, domain } = await showViewer();
    const rfb = await joined();
    broker.setState(domain, 'hibernated');
    rfb.break();
    expect(await screen.findByText('Your desktop is hibernated')).toBeVisible();
    expect(screen.getByText(/^Hibernated since .+: it will continue where it was\./)).toBeVisible();
    expect(screen.getByTestId('viewer-start')).toHaveTextContent('Continue');

    broker.setState(domain, 'active');
    await waitFor(() => {
      expect(FakeRfb.all).toHaveLength(2);
    });
    FakeRfb.last.connect();
    await waitFor(() => {
      expect(screen.getByTestId('screen')).toHaveAttribute('data-connected', 'true');
    });
    expect(screen.queryByTestId('viewer-state')).toBeNull();
  });

  it('keeps the picture of a paused desktop, which goes on at a click', async () => {
    const { broker, domain, user } = await showViewer();
    await joined();
    broker.setState(domain, 'paused');
    expect(await screen.findByText('Your desktop is paused')).toBeVisible();
    expect(screen.getByTestId('screen')).toHaveAttribute('data-connected', 'true');
    await user.click(screen.getByTestId('viewer-start'));
    await waitFor(() => {
      expect(screen.queryByTestId('viewer-state')).toBeNull();
    });
    expect(broker.requests.at(-1)?.command).toBe('resume_domain');
    expect(FakeRfb.all).toHaveLength(1);
  });

  it('says when a desktop is not ours', async () => {
    stubBroker().signInAs('ana');
    await showPortal('/desktops/00000000-0000-4000-8000-000000009999/view');
    expect(await screen.findByText("This doesn't exist, or it isn't yours.")).toBeVisible();
  });
});

describe('the display', () => {
  it('gives up after its tries, and begins anew by hand', async () => {
    vi.useFakeTimers();
    const phases: Phase['kind'][] = [];
    const takeTicket = vi.fn(() => Promise.reject(new Error('refused')));
    const display = new Display({
      screen: document.createElement('div'),
      takeTicket,
      onPhase: (phase) => phases.push(phase.kind),
      hasScreen: () => Promise.resolve(true),
    });
    void display.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(takeTicket).toHaveBeenCalledTimes(waitsMs.length + 1);
    expect(phases.at(-1)).toBe('given_up');

    display.retry();
    await vi.advanceTimersByTimeAsync(waitsMs[0] ?? 0);
    expect(takeTicket.mock.calls.length).toBeGreaterThan(waitsMs.length + 1);

    display.close();
    const calls = takeTicket.mock.calls.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(takeTicket).toHaveBeenCalledTimes(calls);
    vi.useRealTimers();
  });

  it("doesn't knock at a desktop that has no screen any more", async () => {
    vi.useFakeTimers();
    let there = false;
    const takeTicket = vi.fn(() => Promise.reject(new Error('refused')));
    const display = new Display({
      screen: document.createElement('div'),
      takeTicket,
      onPhase: () => undefined,
      hasScreen: () => Promise.resolve(there),
    });
    void display.connect();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(takeTicket).toHaveBeenCalledTimes(1);
    there = true;
    await vi.advanceTimersByTimeAsync(waitsMs[0] ?? 0);
    expect(takeTicket).toHaveBeenCalledTimes(2);
    display.close();
    vi.useRealTimers();
  });
});
