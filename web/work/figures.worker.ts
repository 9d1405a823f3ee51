import * as Comlink from 'comlink';
import { comparing } from '../../src/paper/compare.ts';
import type { FigureResult } from '../../src/paper/figure.ts';
import { FIGURES } from '../../src/paper/registry.ts';
import type { FigureId } from '../views/figures/plain-words.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

/** Lives as long as the worker: figures share their experiments. */
const compare = comparing();

/** Runs the figures of the paper, one in each call. */
const FIGURE_MAKER = {
  /** A figure is one step: it ends by itself, or with the worker. */
  interrupt(): void {},
  figure: (id: FigureId): Promise<Outcome<FigureResult>> =>
    outcomeOf(() => FIGURES.find((figure) => figure.id === id)!.run(compare)),
};

export type FigureMaker = typeof FIGURE_MAKER;

Comlink.expose(FIGURE_MAKER);
