/** Architectures by hand: memories that hold everything, without limits, at a cost of 1. */

import type { Architecture, MemoryLevel } from './architecture.ts';
import { TENSORS } from './problem.ts';

export const memory = (name: string, more: Partial<MemoryLevel> = {}): MemoryLevel => ({
  name,
  holds: TENSORS,
  doubleBuffered: false,
  energy: { read: 1, fill: 1, update: 1 },
  ...more,
});

export const machine = (...levels: readonly MemoryLevel[]): Architecture => ({
  name: 'machine',
  wordBits: 16,
  levels,
  macEnergy: 1,
});
