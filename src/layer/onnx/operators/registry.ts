import type { Operator } from '../fact.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { GENERATORS } from './generating.ts';
import { NORMALISATIONS } from './normalising.ts';
import { POINTWISE } from './pointwise.ts';
import { POOLS } from './pooling.ts';
import { PRODUCTS } from './product.ts';
import { RECURRENT } from './recurrent.ts';
import { REDUCTIONS } from './reductions.ts';
import { RESIZINGS } from './resizing.ts';
import { SELECTIONS } from './selecting.ts';
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
    ...SELECTIONS,
    ...RESIZINGS,
    ...GENERATORS,
    ...NORMALISATIONS,
    ...REDUCTIONS,
    ...RECURRENT,
  }),
);
