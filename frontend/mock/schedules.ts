/** What recurs, and when that comes: as much of a crontab as the portal's own forms write. */
import type { Schedule, When } from '../src/api/types';
import type { MockBroker } from './broker';
import type { Call, Routes } from './routes';
import { minutesAgo, ok, type Answer } from './things';

const schedulable = ['forget', 'hibernate_domain', 'shutdown_domain', 'start_domain'];

export const scheduleRoutes: Routes = {
  'GET schedules': (broker) => ok({ schedules: broker.schedules, commands: schedulable }),
  'GET schedules/:id': (_, { query }) => ok(whenOf(query.get('cron') ?? '')),
  'POST schedules': (broker, call) => setSchedule(broker, broker.schedules.length + 1, call),
  'PUT schedules/:id': (broker, call) => setSchedule(broker, Number(call.id), call),
};

function setSchedule(broker: MockBroker, id: number, { fields }: Call): Answer {
  const before = broker.schedules.find((s) => s.id === id);
  const changed = schedule({ name: '', ...before, ...fields, id });
  const others = broker.schedules.filter((s) => s.id !== id);
  broker.schedules = [...others, { ...changed, when: whenOf(changed.cron) }];
  return ok(changed);
}

function whenOf(cron: string): When {
  const [minute, hour, , , week] = cron.split(' ');
  const next = [60, 1500, 2940, 4380, 5820].map((minutes) => minutesAgo(-minutes));
  return {
    text: cron,
    minutes: [Number(minute)],
    hours: [Number(hour)],
    days_of_month: null,
    months: null,
    days_of_week: week === '*' ? null : [1, 2, 3, 4, 5],
    next,
  };
}

function schedule(fields: Partial<Schedule> & { id: number; name: string }): Schedule {
  const cron = fields.cron ?? '0 23 * * *';
  return {
    command: 'hibernate_domain',
    args: {},
    machines: 'disconnected',
    base_id: null,
    base_name: null,
    most: null,
    cron,
    time_zone: 'Europe/Madrid',
    is_enabled: true,
    is_seeded: false,
    when: whenOf(cron),
    runs: [],
    ...fields,
  };
}

export function seededSchedules(): Schedule[] {
  return [
    schedule({
      id: 1,
      name: 'nightly-hibernation',
      is_seeded: true,
      runs: [
        {
          id: 7,
          schedule_id: 1,
          due_at: minutesAgo(600),
          at: minutesAgo(600),
          by: null,
          requested: 12,
          done: 11,
          failed: 1,
          cancelled: 0,
          refused: 0,
          problem: null,
        },
      ],
    }),
    schedule({
      id: 2,
      name: 'morning-autostart',
      command: 'start_domain',
      machines: 'autostart',
      cron: '30 6 * * mon-fri',
      is_enabled: false,
      is_seeded: true,
    }),
  ];
}
