/** Groups of people. */

export interface MockGroup {
  id: number;
  name: string;
  /** Keys of accounts. */
  members: Set<number>;
}

export function seededGroups(): MockGroup[] {
  return [
    { id: 1, name: 'teachers', members: new Set() },
    { id: 2, name: 'physics', members: new Set([2]) },
  ];
}
