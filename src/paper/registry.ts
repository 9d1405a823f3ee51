import type { Figure } from './figure.ts';
import { figure7b } from './figure-7b.ts';
import { figure10 } from './figure-10.ts';
import { figure11 } from './figure-11.ts';
import { figure12 } from './figure-12.ts';
import { figure13 } from './figure-13.ts';
import { figure14 } from './figure-14.ts';
import { figure15 } from './figure-15.ts';
import { networks } from './networks.ts';
import { uncertainty } from './uncertainty.ts';

/** The figures of the paper in its order, then the views beyond it. */
export const FIGURES: readonly Figure[] = [
  figure7b,
  figure10,
  figure11,
  figure12,
  figure13,
  figure14,
  figure15,
  networks,
  uncertainty,
];
