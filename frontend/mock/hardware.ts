/** A machine's hardware: as much of it as shows each kind of input. */
import type { DeviceOption, DevicesOfKind, Domain } from '../src/api/types';

type Cards = Map<string, Record<string, string>[]>;

const option = (fields: Partial<DeviceOption> & { name: string; label: string }): DeviceOption => ({
  usual: null,
  choices: null,
  minimum: null,
  maximum: null,
  hint: null,
  is_required: false,
  is_fixed: false,
  ...fields,
});

const cardModels = [
  { word: 'virtio', label: 'Virtio: fastest' },
  { word: 'e1000e', label: 'Intel 82574: for systems without Virtio' },
];

function cardsOf({ id }: Domain, cards: Cards): Record<string, string>[] {
  return cards.get(id) ?? [{ model: 'virtio', mac: '52:54:00:1a:2b:3c' }];
}

export function hardwareOf(domain: Domain, cards: Cards, admin: boolean) {
  const mib = domain.memory_kib / 1024;
  const one = { least: 1, most: 1, is_for_administrators: false } as const;
  const kinds: DevicesOfKind[] = [
    {
      ...one,
      kind: 'vcpus',
      label: 'Number of processors',
      devices: [{ number: 1, options: { count: String(domain.vcpus) } }],
      options: [option({ name: 'count', label: 'Processors', minimum: 1, maximum: 64 })],
    },
    {
      ...one,
      kind: 'memory',
      label: 'Memory',
      devices: [{ number: 1, options: { mib: String(mib) } }],
      options: [option({ name: 'mib', label: 'Memory in MiB', minimum: 64, maximum: 65_536 })],
    },
    {
      kind: 'network',
      label: 'Network card',
      least: 0,
      most: 4,
      is_for_administrators: false,
      devices: cardsOf(domain, cards).map((options, i) => ({ number: i + 1, options })),
      options: [
        option({ name: 'model', label: 'Model', usual: 'virtio', choices: cardModels }),
        option({ name: 'mac', label: 'Address', is_fixed: true }),
      ],
    },
    {
      kind: 'filesystem',
      label: 'Shared folder',
      least: 0,
      most: 2,
      is_for_administrators: true,
      devices: [],
      options: [
        option({
          name: 'source',
          label: 'Folder of the host',
          hint: 'a full path',
          is_required: true,
        }),
      ],
    },
  ];
  return { kinds, needs_restart: domain.needs_restart, may_change: admin };
}

export function changeHardware(
  cards: Cards,
  domain: Domain,
  word: string,
  { kind, number, options }: Record<string, unknown>,
): void {
  const said = (options ?? {}) as Record<string, string>;
  if (kind === 'memory') domain.memory_kib = Number(said.mib) * 1024;
  if (kind === 'vcpus') domain.vcpus = Number(said.count);
  if (kind !== 'network') return;
  const now = cardsOf(domain, cards);
  const index = Number(number) - 1;
  if (word === 'add_hardware') cards.set(domain.id, [...now, { model: 'virtio', ...said }]);
  if (word === 'remove_hardware')
    cards.set(
      domain.id,
      now.filter((_, i) => i !== index),
    );
  if (word === 'change_hardware')
    cards.set(
      domain.id,
      now.map((card, i) => (i === index ? { ...card, ...said } : card)),
    );
}
