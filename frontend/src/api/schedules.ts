import { keepPreviousData, queryOptions, useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import type { Schedule, ScheduleForm } from './types';

export const schedulesQuery = queryOptions({
  queryKey: ['schedules'],
  queryFn: ({ signal }) => call('get', '/api/schedules', { signal }),
});

/** When five fields of a crontab would come. */
export const whenQuery = (cron: string, timeZone: string) =>
  queryOptions({
    queryKey: ['when', cron, timeZone],
    queryFn: ({ signal }) =>
      call('get', '/api/schedules/when', { query: { cron, time_zone: timeZone }, signal }),
    placeholderData: keepPreviousData,
    retry: false,
  });

export function useSaveSchedule() {
  const changed = useSchedulesChanged();
  return useMutation({
    mutationFn: ({ id, form }: { id: number | null; form: ScheduleForm }) =>
      id === null
        ? call('post', '/api/schedules', { body: form })
        : call('put', '/api/schedules/{id}', { path: { id }, body: form }),
    onSuccess: changed,
  });
}

export function useRunSchedule() {
  const changed = useSchedulesChanged();
  return useMutation({
    mutationFn: (id: number) => call('post', '/api/schedules/{id}/run', { path: { id } }),
    onSuccess: changed,
  });
}

export function useDeleteSchedule() {
  const changed = useSchedulesChanged();
  return useMutation({
    mutationFn: (id: number) => call('delete', '/api/schedules/{id}', { path: { id } }),
    onSuccess: changed,
  });
}

/** A schedule as it is, to be changed in part. */
export function formOf(schedule: Schedule): ScheduleForm {
  const { name, command, cron, time_zone, args, machines, base_id, is_enabled, most } = schedule;
  return { name, command, cron, time_zone, args, machines, base_id, is_enabled, most };
}

function useSchedulesChanged() {
  const client = useQueryClient();
  return () => client.invalidateQueries({ queryKey: schedulesQuery.queryKey });
}
