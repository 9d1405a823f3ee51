import type { ComponentType } from 'preact';
import { SETUP_KEYS } from '../setup/setup-keys.ts';

/** A view of the page. */
export interface View {
  /** As in the address. */
  readonly id: string;
  readonly title: string;
  /** Keys of its address that mean the same in other views. One with `net` can show a network that is dropped on the page. */
  readonly shares: readonly string[];
  /** Views are loaded when they are opened. */
  readonly load: () => Promise<ComponentType>;
}

/** The views in the order of the page's head; the first is where the page begins. */
export const VIEWS: readonly View[] = [
  {
    id: 'compare',
    title: 'Compare',
    shares: SETUP_KEYS,
    load: async () => (await import('./compare/compare.tsx')).Compare,
  },
  {
    id: 'why-not',
    title: 'Why not?',
    shares: SETUP_KEYS,
    load: async () => (await import('./why-not/why-not.tsx')).WhyNot,
  },
  {
    id: 'array',
    title: 'The array',
    shares: ['net'],
    load: async () => (await import('./array/array.tsx')).TheArray,
  },
  {
    id: 'figures',
    title: 'Figures',
    shares: [],
    load: async () => (await import('./figures/figures.tsx')).Figures,
  },
  {
    id: 'machine',
    title: 'Any machine',
    shares: ['net'],
    load: async () => (await import('./machine/machine.tsx')).AnyMachine,
  },
];
