import type { Figure } from './figure.ts';
import { figure7b } from './figure-7b.ts';
import { figure10 } from './figure-10.ts';
import { figure11 } from './figure-11.ts';
import { figure12 } from './figure-12.ts';
import { figure13 } from './figure-13.ts';
import { figure14 } from './figure-14.ts';
import { figure15 } from './figure-15.ts';
import { networks } from './networks.ts';
import { table5 } from './table-5.ts';
import { table6 } from './table-6.ts';
import { uncertainty } from './uncertainty.ts';

/** The figures of the paper in its order, the tables of the chip, then the views beyond them. */
export const FIGURES: readonly Figure[] = [
  figure7b,
  figure10,
  figure11,
  figure12,
  figure13,
  figure14,
  figure15,
  table5,
  table6,
  networks,
  uncertainty,
];
