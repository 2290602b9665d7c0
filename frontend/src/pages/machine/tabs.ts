import { lazy, type ComponentType } from 'react';
import type { Domain } from '@/api/types';
import { Base, hasBasePart } from './Base';
import { Hardware } from './Hardware';
import { History } from './History';
import { Overview } from './Overview';
import { Settings } from './Settings';

interface Tab {
  /** Its part of the address; the first one has none. */
  id:
    | 'overview'
    | 'snapshots'
    | 'settings'
    | 'hardware'
    | 'disks'
    | 'base'
    | 'access'
    | 'backups'
    | 'history';
  /** Whether there is anything in it for who looks. */
  isFor: (domain: Domain) => boolean;
  Content: ComponentType<{ domain: Domain }>;
}

const always = () => true;

export const tabs: readonly Tab[] = [
  { id: 'overview', isFor: always, Content: Overview },
  {
    id: 'snapshots',
    // what is temporary goes with its snapshots
    isFor: ({ is_base, is_volatile }) => !is_base && !is_volatile,
    Content: lazy(() => import('./Snapshots')),
  },
  { id: 'settings', isFor: ({ may }) => may.includes('describe'), Content: Settings },
  { id: 'hardware', isFor: always, Content: Hardware },
  { id: 'disks', isFor: always, Content: lazy(() => import('./Disks')) },
  {
    id: 'base',
    isFor: hasBasePart,
    Content: Base,
  },
  {
    id: 'access',
    // who may publish it says for whom
    isFor: ({ is_base, may }) => is_base && may.includes('publish'),
    Content: lazy(() => import('./Access')),
  },
  {
    id: 'backups',
    isFor: ({ is_volatile, may }) => !is_volatile && may.includes('set'),
    Content: lazy(() => import('./Backups')),
  },
  { id: 'history', isFor: always, Content: History },
];
