import type { ComponentType } from 'preact';

/** A view of the page. */
export interface View {
  /** As in the address. */
  readonly id: string;
  readonly title: string;
  /** Whether a network that is dropped on the page can be shown in it. */
  readonly takesNetwork: boolean;
  /** Views are loaded when they are opened. */
  readonly load: () => Promise<ComponentType>;
}

/** The views in the order of the page's head; the first is where the page begins. */
export const VIEWS: readonly View[] = [
  {
    id: 'compare',
    title: 'Compare',
    takesNetwork: true,
    load: async () => (await import('./compare/compare.tsx')).Compare,
  },
  {
    id: 'why-not',
    title: 'Why not?',
    takesNetwork: true,
    load: async () => (await import('./why-not/why-not.tsx')).WhyNot,
  },
  {
    id: 'array',
    title: 'The array',
    takesNetwork: true,
    load: async () => (await import('./array/array.tsx')).TheArray,
  },
  {
    id: 'figures',
    title: 'Figures',
    takesNetwork: false,
    load: async () => (await import('./figures/figures.tsx')).Figures,
  },
  {
    id: 'machine',
    title: 'Any machine',
    takesNetwork: true,
    load: async () => (await import('./machine/machine.tsx')).AnyMachine,
  },
];
