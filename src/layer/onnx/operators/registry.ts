import type { Operator } from '../fact.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { MOVES } from './moves.ts';
import { POINTWISE } from './pointwise.ts';
import { POOLS } from './pooling.ts';
import { PRODUCTS } from './product.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCTIONS } from './reductions.ts';
import { KNOWN, VIEWS } from './views.ts';

/** ONNX's operators that are understood, by name. */
export const OPERATORS: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...CONVOLUTIONS,
    ...POOLS,
    ...PRODUCTS,
    ...POINTWISE,
    ...VIEWS,
    ...KNOWN,
    ...MOVES,
    ...REDUCTIONS,
    ...RECURRENT,
  }),
);
