/** What holds for everybody, and times of maintenance. */
import type { Maintenance } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Routes } from './routes';
import { now, ok, siteDefaults } from './things';

export const settingsRoutes: Routes = {
  'GET settings': (broker) => ok({ settings: broker.settings, defaults: siteDefaults }),
  'PUT settings': (broker, { fields }) => {
    Object.assign(broker.settings, fields);
    return ok({ settings: broker.settings, defaults: siteDefaults });
  },
  'PUT maintenance': (broker, { fields }) => {
    const text = (name: string) => (fields[name] as string | null | undefined) ?? null;
    broker.maintenance = {
      from: text('from') ?? now(),
      until: text('until'),
      message: text('message'),
    };
    broker.emit('user', {});
    return ok({ maintenance: maintenanceOf(broker) });
  },
  'DELETE maintenance': (broker) => {
    broker.maintenance = null;
    broker.emit('user', {});
    return { status: 204 };
  },
};

/** What there is to tell of it. */
export function maintenanceOf({ maintenance }: MockBroker): Maintenance | null {
  const at = now();
  if (maintenance === null || (maintenance.until !== null && maintenance.until <= at)) return null;
  return { ...maintenance, is_now: maintenance.from <= at };
}
