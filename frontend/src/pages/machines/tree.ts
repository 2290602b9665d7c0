import type { Domain } from '@/api/types';
import { nameOf } from '@/domains/sentence';

export interface Row {
  domain: Domain;
  depth: number;
  /** Clones of it in the list, whether shown or folded away. */
  children: number;
  /** Shown only because a clone of it matches the filter. */
  context: boolean;
}

export interface Filter {
  text: string;
  state: string;
}

export function matches(domain: Domain, filter: Filter): boolean {
  if (filter.state !== '' && domain.state !== filter.state) return false;
  const text = filter.text.trim().toLocaleLowerCase();
  if (text === '') return true;
  return [domain.name, domain.alias, domain.owner.name, domain.address, domain.node].some((value) =>
    value?.toLocaleLowerCase().includes(text),
  );
}

/** Bases with their clones below them, by name; a filter keeps the bases of what it finds. */
export function rowsOf(
  domains: readonly Domain[],
  filter: Filter,
  folded: (base: Domain, clones: number) => boolean,
): Row[] {
  const known = new Map(domains.map((domain) => [domain.id, domain]));
  const below = new Map<string | null, Domain[]>();
  for (const domain of domains) {
    const parent = domain.base_id != null && known.has(domain.base_id) ? domain.base_id : null;
    below.set(parent, [...(below.get(parent) ?? []), domain]);
  }
  const filtering = filter.text.trim() !== '' || filter.state !== '';
  const names = new Intl.Collator(undefined, { numeric: true });

  const walk = (parent: string | null, depth: number): Row[] =>
    (below.get(parent) ?? [])
      .sort((a, b) => names.compare(nameOf(a), nameOf(b)))
      .flatMap((domain) => {
        const clones = below.get(domain.id)?.length ?? 0;
        const inside = walk(domain.id, depth + 1);
        const self = matches(domain, filter);
        if (!self && inside.length === 0) return [];
        const row = { domain, depth, children: clones, context: !self };
        return !filtering && folded(domain, clones) ? [row] : [row, ...inside];
      });
  return walk(null, 0);
}
