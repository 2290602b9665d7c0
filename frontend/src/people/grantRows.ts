import type { GroupGrant, Reach, UserGrant } from '@/api/types';

/** One grant of a person or a group. */
export interface GrantRow {
  grant: UserGrant['grant'];
  isAboutMachines: boolean;
  /** How far it goes; null where a group says nothing of it. */
  reach: Reach | null;
  /** What was set for this very person or group. */
  set: Reach | null;
  source: UserGrant['source'];
  /** The group that gives it. */
  group: string | null;
  /** How far the reader has it himself: he neither gives nor takes more. */
  most: Reach;
}

export function rowsOfUser(grants: readonly UserGrant[]): GrantRow[] {
  return grants.map(({ grant, is_about_machines, reach, own, source, group, most }) => ({
    grant,
    isAboutMachines: is_about_machines,
    reach,
    set: own ?? null,
    source,
    group: group ?? null,
    most,
  }));
}

export function rowsOfGroup(grants: readonly GroupGrant[]): GrantRow[] {
  return grants.map(({ grant, is_about_machines, reach, most }) => ({
    grant,
    isAboutMachines: is_about_machines,
    reach: reach ?? null,
    set: reach ?? null,
    source: 'own',
    group: null,
    most,
  }));
}

const reaches = ['none', 'own', 'clones', 'all_clones', 'all'] as const satisfies readonly Reach[];

const making: readonly UserGrant['grant'][] = [
  'create_base',
  'create_machine',
  'create_disk',
  'book',
  'start_many',
];

/** The rows in the order in which people look for them. */
export function areas(rows: readonly GrantRow[]) {
  // everybody has it, and it tells nothing
  const shown = rows.filter(({ grant }) => grant !== 'ping');
  const areaOf = ({ grant, isAboutMachines }: GrantRow) =>
    making.includes(grant) ? 'making' : isAboutMachines ? 'desktops' : 'running';
  return (['desktops', 'making', 'running'] as const)
    .map((area) => ({ area, rows: shown.filter((row) => areaOf(row) === area) }))
    .filter(({ rows: own }) => own.length > 0);
}

/** How far it can go, and whether the reader may say so: what is about no machine goes nowhere or everywhere. */
export function optionsOf({ isAboutMachines, most }: GrantRow) {
  return reaches
    .filter((reach) => isAboutMachines || reach === 'none' || reach === 'all')
    .map((reach) => ({ reach, isBeyond: reaches.indexOf(reach) > reaches.indexOf(most) }));
}
