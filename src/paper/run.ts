import { finish, type Progress } from '../steps.ts';
import { comparing } from './compare.ts';
import type { Figure, FigureResult } from './figure.ts';
import { FIGURES } from './registry.ts';

/** Runs figures of the paper, by default all; experiments that several share are done once. */
export function runFigures(figures: readonly Figure[] = FIGURES): readonly FigureResult[] {
  return finish(figureSteps(figures));
}

/** {@link runFigures} in steps, for callers that show progress or can be interrupted. */
export function* figureSteps(figures: readonly Figure[]): Generator<Progress, readonly FigureResult[]> {
  const compare = comparing();
  const results: FigureResult[] = [];
  for (const figure of figures) {
    results.push(figure.run(compare));
    yield { done: results.length, of: figures.length };
  }
  return results;
}
