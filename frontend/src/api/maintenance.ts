import { useMutation, useQueryClient } from '@tanstack/react-query';
import { call } from './client';
import { holds, sessionQuery, useSession } from './session';
import type { Maintenance, MaintenanceForm } from './types';

/** The time of maintenance that there is, or that is announced; null for none. The session tells it. */
export function useMaintenance(): Maintenance | null {
  return useSession().data?.maintenance ?? null;
}

/** Whether nobody but those who look after the hosts is served, and the reader is none of them. */
export function useIsKeptOut(): boolean {
  const { data: session } = useSession();
  return (
    session?.maintenance?.is_now === true && session.user != null && !holds(session.user, 'operate')
  );
}

/** Announces one or begins it, and ends it. */
export function useSetMaintenance() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: sessionQuery.queryKey });
  return {
    set: useMutation({
      mutationFn: (body: MaintenanceForm) => call('put', '/api/maintenance', { body }),
      onSuccess,
    }),
    end: useMutation({ mutationFn: () => call('delete', '/api/maintenance', {}), onSuccess }),
  };
}
