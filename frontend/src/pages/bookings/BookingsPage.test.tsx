import { fireEvent, screen, waitFor, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bookingEntry } from '../../../mock/bookings';
import { found } from '@/testing/found';
import { showPortal, stubBroker } from '@/testing/portal';

const week = '/bookings?week=2026-11-23';
const at = (day: string, from: string, until: string) => ({
  starts_at: new Date(`${day}T${from}`).toISOString(),
  ends_at: new Date(`${day}T${until}`).toISOString(),
});

/** An exam on three days, and a private one of somebody else. */
function seeded(name: string) {
  const broker = stubBroker().signInAs(name);
  broker.bookings = [
    ...['2026-11-24', '2026-11-26', '2026-12-01'].map((day, i) =>
      bookingEntry({ id: 1 + i, booking_id: 1, ...at(day, '10:00', '12:00'), title: 'Exam' }),
    ),
    bookingEntry({
      id: 9,
      ...at('2026-11-25', '09:00', '10:00'),
      title: 'Secret',
      visibility: 'private',
    }),
  ];
  return broker;
}

function widthOf(isWide: boolean) {
  vi.stubGlobal('matchMedia', (query: string) => ({
    matches: query.includes('min-width') ? isWide : false,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
  }));
}

beforeEach(() => {
  widthOf(true);
});

describe('bookings', () => {
  it('are a table of a week, in which each says what it is and when', async () => {
    seeded('ana');
    const { user } = await showPortal(week);
    const table = await screen.findByRole('table', { name: /bookings of this week/ });
    expect(within(table).getAllByRole('columnheader')).toHaveLength(8);
    const exam = within(table).getByRole('button', { name: /^Exam Tue.* 10:00.*12:00/ });
    expect(within(table).getByRole('button', { name: /^Booked Wed/ })).toBeVisible();
    expect(screen.queryByText('Secret')).toBeNull();
    expect(within(table).getAllByTestId('booking-entry')).toHaveLength(3);
    await user.click(screen.getByTestId('week-next'));
    await waitFor(() => {
      expect(screen.getAllByTestId('booking-entry')).toHaveLength(1);
    });
    expect(exam).not.toBeInTheDocument();
    expect(screen.getByTestId('week')).toHaveTextContent(/30.*Dec.*2026/);
  });

  it('say by whose clock, and are a file for other calendars', async () => {
    const broker = seeded('ana');
    broker.bookings = [
      bookingEntry({ id: 1, ...at('2026-11-24', '10:00', '12:00'), time_zone: 'Asia/Kathmandu' }),
    ];
    const { user } = await showPortal(week);
    expect(await screen.findByTestId('bookings-zone')).toHaveTextContent(
      Intl.DateTimeFormat().resolvedOptions().timeZone,
    );
    const from = encodeURIComponent(new Date('2026-11-23T00:00').toISOString());
    expect(screen.getByTestId('bookings-file')).toHaveAttribute(
      'href',
      expect.stringContaining(`/api/bookings/calendar?from=${from}`),
    );
    await user.click(await screen.findByTestId('booking-entry'));
    expect(await screen.findByTestId('booking-details')).toHaveTextContent('(Asia/Kathmandu)');
  });

  it('are a list of days where the window is narrow', async () => {
    widthOf(false);
    seeded('ana');
    await showPortal(week);
    const days = await screen.findByTestId('bookings-days');
    expect(within(days).getByRole('heading', { name: /^Tue/ })).toBeVisible();
    expect(within(days).getAllByText('Nothing is booked.')).toHaveLength(4);
  });

  it('of others tell no more than they are meant to, and are not changed', async () => {
    seeded('ana');
    const { user } = await showPortal(week);
    await user.click(await screen.findByRole('button', { name: /^Booked Wed/ }));
    expect(await screen.findByText(/Somebody has booked this/)).toBeVisible();
    expect(screen.queryByTestId('booking-change')).toBeNull();
    expect(screen.queryByTestId('booking-add')).toBeNull();
  });

  it('show what is in their way before they are made', async () => {
    const broker = seeded('admin');
    const { user } = await showPortal(week);
    await screen.findAllByTestId('booking-entry');
    await user.click(screen.getByTestId('booking-add'));
    await user.type(await screen.findByTestId('booking-title'), 'Lecture');
    fireEvent.change(screen.getByTestId('booking-first'), { target: { value: '2026-11-24' } });
    expect(screen.getByTestId('booking-last')).toHaveValue('2026-11-24');
    expect(await screen.findByText('Something is booked then already')).toBeVisible();
    expect(screen.getByText(/^Exam, Tue.* 10:00.*12:00.*, by admin$/)).toBeVisible();
    await user.click(await screen.findByTestId('booking-despite'));
    await user.click(screen.getByTestId('booking-submit'));
    await waitFor(() => {
      expect(broker.bookings.map(({ title }) => title)).toContain('Lecture');
    });
  });

  it('are changed on one day, or on all that follow on the same day of the week', async () => {
    const broker = seeded('admin');
    const { user } = await showPortal(week);
    await user.click(await screen.findByRole('button', { name: /^Exam Tue/ }));
    await user.click(await screen.findByTestId('booking-change'));
    await user.click(await screen.findByTestId('booking-mode-following_of_weekday'));
    await user.clear(screen.getByTestId('booking-title'));
    await user.type(screen.getByTestId('booking-title'), 'Repetition');
    await user.click(screen.getByTestId('booking-submit'));
    await waitFor(() => {
      const titles = broker.bookings.filter((e) => e.booking_id === 1).map((e) => [e.id, e.title]);
      expect(Object.fromEntries(titles)).toEqual({ 1: 'Repetition', 2: 'Exam', 3: 'Repetition' });
    });
    expect(found(broker.bookings.find(({ id }) => id === 1)).starts_at).toBe(
      at('2026-11-24', '10:00', '12:00').starts_at,
    );
  });

  it('are removed with those that follow', async () => {
    const broker = seeded('admin');
    const { user } = await showPortal(week);
    await user.click(await screen.findByRole('button', { name: /^Exam Thu/ }));
    await user.click(await screen.findByTestId('booking-remove'));
    await user.click(await screen.findByTestId('booking-mode-following'));
    await user.click(screen.getByTestId('booking-remove-submit'));
    await waitFor(() => {
      expect(broker.bookings.map(({ id }) => id)).toEqual([1, 9]);
    });
  });
});
