import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { BookedDays, BookingChange, BookingForm } from './types';

/** What is booked between two instants. */
export const bookingsQuery = (from: string, until: string) =>
  queryOptions({
    queryKey: ['bookings', from, until],
    queryFn: async ({ signal }) =>
      (await call('get', '/api/bookings', { query: { from, until }, signal })).entries,
    placeholderData: keepPreviousData,
    // what others book is told by no event
    refetchInterval: 300_000,
  });

/** Where the same is as a file for other calendars. */
export function calendarUrl(from: string, until: string): string {
  return `/api/bookings/calendar?${new URLSearchParams({ from, until }).toString()}`;
}

/** A booking to be made, or what is to become of days of one. */
export type BookingPlan =
  { entry: null; form: BookingForm } | { entry: number; which: BookedDays; change: BookingChange };

/** What a booking would come to, without anything being written: its days, and what is booked then already. */
export const planQuery = (plan: BookingPlan) =>
  queryOptions({
    queryKey: ['booking_plan', plan],
    queryFn: ({ signal }) => send(plan, true, signal),
    placeholderData: keepPreviousData,
    retry: false,
  });

export function useSaveBooking() {
  const changed = useBookingsChanged();
  return useMutation({ mutationFn: (plan: BookingPlan) => send(plan), onSuccess: changed });
}

export function useDeleteBooking() {
  const changed = useBookingsChanged();
  return useMutation({
    mutationFn: ({ id, which }: { id: number; which: BookedDays }) =>
      call('delete', '/api/bookings/entries/{id}', { path: { id }, query: { which } }),
    onSuccess: changed,
  });
}

async function send(plan: BookingPlan, dry_run = false, signal?: AbortSignal) {
  const more = signal === undefined ? {} : { signal };
  if (plan.entry === null) {
    return call('post', '/api/bookings', { query: { dry_run }, body: plan.form, ...more });
  }
  return call('put', '/api/bookings/entries/{id}', {
    path: { id: plan.entry },
    query: { which: plan.which, dry_run },
    body: plan.change,
    ...more,
  });
}

function useBookingsChanged() {
  const client = useQueryClient();
  return async () => {
    await Promise.all([
      client.invalidateQueries({ queryKey: ['bookings'] }),
      client.invalidateQueries({ queryKey: ['desktops'] }),
    ]);
  };
}
