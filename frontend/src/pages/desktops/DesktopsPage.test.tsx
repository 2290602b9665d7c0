import { screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it } from 'vitest';
import { bookingEntry } from '../../../mock/bookings';
import { showPortal, stubBroker } from '@/testing/portal';
import FakeRfb from '@/testing/rfb';

const cardOf = async (base: string) => {
  const cards = await screen.findAllByTestId('desktop-card');
  const card = cards.find((c) => c.dataset.baseName === base);
  if (!card) throw new Error(`no card of ${base}`);
  return within(card);
};

beforeEach(() => {
  FakeRfb.all = [];
});

describe('desktops', () => {
  it('tell their state, since when and what happens next', async () => {
    stubBroker().signInAs('ana');
    await showPortal('/');
    const card = await cardOf('debian-desktop');
    expect(card.getByText(/^Running since .+ Will be switched off at .+\.$/)).toBeVisible();
    expect((await cardOf('maths')).getByText('Opening it makes your own.')).toBeVisible();
  });

  it('follow what happens to them', async () => {
    const broker = stubBroker().signInAs('ana');
    await showPortal('/');
    const card = await cardOf('debian-desktop');
    broker.setState(broker.find('debian-desktop-ana'), 'shutdown');
    expect(await card.findByText(/^Off since/)).toBeVisible();
  });

  it('say so when there are none', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.domains = [];
    await showPortal('/');
    expect(await screen.findByText('There is no desktop for you yet')).toBeVisible();
  });

  it('that are temporary say so, and what shutting them down means', async () => {
    const broker = stubBroker().signInAs('ana');
    const temporary = 'Temporary: it is removed when it goes off, with all that is in it.';
    broker.find('maths').volatile_clones = true;
    broker.find('debian-desktop-ana').is_volatile = true;
    const { user } = await showPortal('/');
    expect((await cardOf('maths')).getByText(temporary)).toBeVisible();
    expect((await cardOf('networks-lab')).queryByText(temporary)).toBeNull();
    const before = broker.requests.length;
    const card = await cardOf('debian-desktop');
    expect(card.getByText(temporary)).toBeVisible();
    await user.click(card.getByTestId('desktop-menu'));
    await user.click(await screen.findByTestId('action-shutdown_domain'));
    expect(await screen.findByText(/^End .+\?$/)).toBeVisible();
    expect(broker.requests).toHaveLength(before);
    await user.click(screen.getByTestId('confirm'));
    await waitFor(() => {
      expect(broker.requests).toHaveLength(before + 1);
    });
  });

  it('offer only what may be done now, and ask before it hurts', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user } = await showPortal('/');
    const card = await cardOf('networks-lab');
    await user.click(card.getByTestId('desktop-menu'));
    expect(screen.queryByTestId('action-shutdown_domain')).toBeNull();
    await user.click(await screen.findByTestId('action-remove_domain'));
    expect(await screen.findByText('Remove Networks lab?')).toBeVisible();
    expect(broker.requests.some((r) => r.command === 'remove_domain')).toBe(false);
    await user.click(screen.getByTestId('confirm'));
    await card.findByText('Opening it makes your own.');
  });
});

describe('desktops of others', () => {
  it('that they share have a card that says whose they are', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.find('debian-desktop-admin').shared_with = [{ id: 2, name: 'ana' }];
    await showPortal('/');
    expect(await screen.findByText('admin shares it with you.')).toBeVisible();
  });
});

describe('desktops that are booked for others', () => {
  it('say by whom and until when, and cannot be opened before', async () => {
    const broker = stubBroker().signInAs('ana');
    const { id } = broker.find('maths');
    broker.bookings = [
      bookingEntry({
        id: 1,
        starts_at: new Date(Date.now() - 60_000).toISOString(),
        ends_at: new Date(Date.now() + 3_600_000).toISOString(),
        on_bases: [{ id, name: 'maths' }],
      }),
    ];
    await showPortal('/');
    const card = await cardOf('maths');
    expect(await card.findByText(/^Booked by admin until /)).toBeVisible();
    expect(card.getByTestId('open-desktop')).toBeDisabled();
    expect((await cardOf('networks-lab')).getByTestId('open-desktop')).toBeEnabled();
  });

  it('and run say when that ends, and stay open until then', async () => {
    const broker = stubBroker().signInAs('ana');
    const inMinutes = (minutes: number) => new Date(Date.now() + minutes * 60_000).toISOString();
    broker.bookings = [
      bookingEntry({ id: 1, starts_at: inMinutes(30), ends_at: inMinutes(90), owner: 'bruna' }),
    ];
    await showPortal('/');
    const card = await cardOf('debian-desktop');
    expect(await card.findByText(/^Booked by bruna from .+ finish before/)).toBeVisible();
    expect(card.getByTestId('open-desktop')).toBeEnabled();
    // what doesn't run is not ended
    expect((await cardOf('maths')).queryByTestId('desktop-booked')).toBeNull();
  });
});

describe('opening a desktop', () => {
  it('makes it, starts it and goes to its screen', async () => {
    stubBroker().signInAs('ana');
    const { user, router } = await showPortal('/');
    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    await screen.findByTestId('open-steps');
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/^\/desktops\/.+\/view$/);
    });
    await waitFor(() => {
      expect(FakeRfb.all).toHaveLength(1);
    });
    expect(FakeRfb.last.options.wsProtocols).toEqual([
      'binary',
      expect.stringMatching(/^ticket\./),
    ]);
  });

  it('goes on where a hibernated or paused one was', async () => {
    const broker = stubBroker().signInAs('ana');
    const { user, router } = await showPortal('/');
    const card = await cardOf('networks-lab');
    expect(card.getByText(/^Hibernated since .+: it will continue where it was\.$/)).toBeVisible();
    broker.setState(broker.find('networks-lab-ana'), 'paused');
    await card.findByText(/^Paused since/);
    await user.click(card.getByText('Continue'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/view$/);
    });
    expect(broker.find('networks-lab-ana').state).toBe('active');
    expect(broker.requests.at(-1)?.command).toBe('resume_domain');
  });

  it('joins the screen of one that runs without asking for anything', async () => {
    const broker = stubBroker().signInAs('ana');
    const before = broker.requests.length;
    const { user, router } = await showPortal('/');
    await user.click((await cardOf('debian-desktop')).getByTestId('open-desktop'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/view$/);
    });
    expect(broker.requests).toHaveLength(before);
  });

  it('says which step failed and why, and tries again', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.failNext = { command: 'start_domain', message: 'The node has no memory left.' };
    const { user, router } = await showPortal('/');
    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    const failure = await screen.findByTestId('open-failure');
    expect(failure).toHaveTextContent('The node has no memory left.');
    expect(screen.getByText("It couldn't be started")).toBeVisible();
    expect(screen.getByText('My desktop is there')).toBeVisible();

    await user.click(screen.getByTestId('open-retry'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/view$/);
    });
  });

  it('says the place in the queue, the reason, and the clock time it is expected to start at', async () => {
    const broker = stubBroker({ stepMs: 60 }).signInAs('ana');
    const expected_start_at = new Date(Date.now() + 125_000).toISOString();
    broker.queueNext = {
      waits_for: { reason: 'lane', text: 'All places are taken.', until: null, request_id: null },
      position: { ahead: 3, expected_start_at },
    };
    const { user } = await showPortal('/');
    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    const steps = within(await screen.findByTestId('open-steps'));
    expect(
      await steps.findByText(/^It is number 4 in the queue, expected to start at \d+:\d\d/),
    ).toBeVisible();
    expect(steps.getByText(/it follows as soon as one ends/)).toBeVisible();
    broker.queueNext = null;
    await waitFor(() => {
      expect(broker.find('maths-ana').state).toBe('active');
    });
  });

  it('goes on without us when we leave', async () => {
    const broker = stubBroker({ stepMs: 30 }).signInAs('ana');
    const { user, router } = await showPortal('/');
    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    await user.click(await screen.findByText("Don't wait"));
    await waitFor(() => {
      expect(broker.find('maths-ana').state).toBe('active');
    });
    expect(await (await cardOf('maths')).findByText(/^Running since/)).toBeVisible();
    expect(router.state.location.pathname).toBe('/');
  });

  it('beyond what may run asks first, and names what would be ended', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.startLimit = 1;
    const before = broker.requests.length;
    const { user, router } = await showPortal('/');
    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    const question = await screen.findByText(/Debian desktop has run longest and would be ended/);
    expect(question).toBeVisible();
    await user.click(screen.getByText('Cancel'));
    await waitFor(() => {
      expect(screen.queryByTestId('open-steps')).toBeNull();
    });
    expect(broker.requests).toHaveLength(before);

    await user.click((await cardOf('maths')).getByTestId('open-desktop'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(router.state.location.pathname).toMatch(/view$/);
    });
  });

  it('by its menu asks the same', async () => {
    const broker = stubBroker().signInAs('ana');
    broker.startLimit = 1;
    broker.setState(broker.find('networks-lab-ana'), 'shutdown');
    const { user } = await showPortal(`/machines/${broker.find('networks-lab-ana').id}`);
    await user.click(await screen.findByTestId('machine-menu'));
    await user.click(await screen.findByTestId('action-start_domain'));
    await user.click(await screen.findByTestId('confirm'));
    await waitFor(() => {
      expect(broker.find('networks-lab-ana').state).toBe('active');
    });
  });
});
