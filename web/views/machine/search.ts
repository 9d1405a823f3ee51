import type { Factors } from '../../../src/loopnest/check-mapping.ts';
import { conventionDifferences } from '../../../src/loopnest/conventions.ts';
import { evaluateNest } from '../../../src/loopnest/evaluate.ts';
import { formatMapping } from '../../../src/loopnest/files/mapping-file.ts';
import { mapUntil } from '../../../src/loopnest/map.ts';
import type { FoundNest, NestObjective, NetworkMapping } from '../../../src/loopnest/map-result.ts';
import { macsOf } from '../../../src/loopnest/problem.ts';
import { tableCsv } from '../../../src/report/csv.ts';
import { jsonText } from '../../../src/report/json.ts';
import { againstBest, type NestAgainstBest } from '../../../src/report/nest-against-best.ts';
import { nestData } from '../../../src/report/nest-data.ts';
import { type NestDrawing, nestDrawing } from '../../../src/report/nest-drawing.ts';
import { evaluationData } from '../../../src/report/nest-evaluation-data.ts';
import { evaluationJson, mappingJson } from '../../../src/report/nest-json.ts';
import { nestPicture } from '../../../src/report/nest-picture.ts';
import type { ShownNest } from '../../../src/report/nest-view.ts';
import type { Progress } from '../../../src/steps.ts';
import type { Setting } from './setting.ts';

/** What is searched for. */
export interface SearchTask
  extends Pick<Setting, 'network' | 'batch' | 'problem' | 'architecture' | 'constraints'> {
  readonly objective: NestObjective;
  readonly factors: Factors;
  /** Seconds that the search may take. */
  readonly time: number;
}

/** What came of a search: the task, and the mapping of a network of one layer, as `rowhouse map` has it. */
export interface Searched {
  readonly task: SearchTask;
  readonly result: NetworkMapping;
}

/**
 * Searches for the best mapping until it is proven, the time is over, or what there is is enough. Progress is time.
 */
export function* searchSteps(task: SearchTask, isEnough: () => boolean): Generator<Progress, Searched> {
  const { problem, architecture, constraints, objective, factors, network, batch, time } = task;
  const [start, of] = [performance.now(), 1000 * time];
  const elapsed = () => performance.now() - start;
  const options = { objective, factors, constraints };
  const steps = mapUntil(problem, architecture, options, () => isEnough() || elapsed() > of);
  for (;;) {
    const step = steps.next();
    if (!step.done) {
      yield { done: Math.min(elapsed(), of), of };
      continue;
    }
    const layer = { name: problem.name, macs: macsOf(problem), ...step.value };
    const names = { network, batch, hardware: architecture.name, constraints: constraints.name };
    return { task, result: { ...names, objective, factors, convention: 'true', layers: [layer] } };
  }
}

/** A mapping to show, and the best one to hold it against. */
export interface ShowQuestion extends Omit<ShownNest, 'evaluation'> {
  readonly objective: NestObjective;
  readonly factors: Factors;
  readonly best: Pick<FoundNest, 'evaluation'> | undefined;
}

/** All that is shown of a mapping. */
export interface Shown {
  readonly nest: ShownNest;
  readonly factors: Factors;
  readonly drawing: NestDrawing;
  readonly against: NestAgainstBest | undefined;
}

/** What is shown of a mapping. */
export function shownOf({ objective, factors, best, ...given }: ShowQuestion): Shown {
  const evaluation = evaluateNest(given.problem, given.architecture, given.mapping, { factors });
  const nest = { ...given, evaluation };
  const against = best && againstBest(evaluation, best.evaluation, objective);
  return { nest, factors, drawing: nestDrawing(nest), against };
}

/** What is saved: a mapping, and the search that found it, if it is the best. */
export interface SaveQuestion {
  readonly nest: ShownNest;
  readonly factors: Factors;
  readonly searched: Searched | undefined;
}

/** Files of a mapping; of the best one, those that `rowhouse map` writes. */
export const SAVED = {
  SVG: ({ nest }) => nestPicture([nest]),
  CSV: ({ nest, factors, searched }) =>
    tableCsv(searched ? nestData(searched.result) : evaluationData(nest, factors)),
  JSON: ({ nest, factors, searched }) =>
    jsonText(
      searched
        ? mappingJson(searched.result, searched.task.constraints)
        : evaluationJson(nest, factors, conventionDifferences(nest.problem, nest.architecture, nest.mapping)),
    ),
  YAML: ({ nest }) => formatMapping(nest.mapping),
} satisfies Readonly<Record<string, (question: SaveQuestion) => string>>;
