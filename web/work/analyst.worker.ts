import * as Comlink from 'comlink';
import { analysisSteps } from '../../src/analysis/analyze.ts';
import type { AnalysisResult } from '../../src/analysis/result.ts';
import type { Network } from '../../src/layer/layer.ts';
import { networkOf } from '../network/network-ref.ts';
import { hardwareOf, layersOf, type Setup } from '../setup/setup.ts';
import {
  type Comparison,
  comparisonOf,
  type Drawn,
  exported,
  type OpenMapping,
  openMapping,
} from '../views/compare/comparison.ts';
import { type ByHand, type ByHandQuestion, byHandOf } from '../views/why-not/by-hand.ts';
import { type OnProgress, StepRunner } from './in-steps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

const runner = new StepRunner();

/** What was analysed last: the next question is often about it. */
let last: { readonly key: string; readonly network: Network; readonly result: AnalysisResult } | undefined;

async function analysed(setup: Setup, onProgress?: OnProgress) {
  const key = JSON.stringify(setup);
  if (last?.key === key) return last;
  const network = await networkOf(setup.net);
  const { batch, objective } = setup;
  const steps = analysisSteps(network, {
    batch,
    objective,
    hardware: hardwareOf(setup),
    layers: layersOf(network, setup),
  });
  last = { key, network, result: await runner.run(steps, onProgress) };
  return last;
}

/** Maps networks and layers under the six dataflows. */
const ANALYST = {
  interrupt: () => runner.interrupt(),
  /** Compares the dataflows on a network. */
  compare: (setup: Setup, drawn: Drawn, onProgress: OnProgress): Promise<Outcome<Comparison>> =>
    outcomeOf(async () => comparisonOf((await analysed(setup, onProgress)).result, drawn)),
  /** What stands behind a bar. */
  open: (setup: Setup, open: string): Promise<Outcome<OpenMapping>> =>
    outcomeOf(async () => {
      const { network, result } = await analysed(setup);
      return openMapping(result, network, setup, open);
    }),
  /** A mapping changed by hand. */
  byHand: (question: ByHandQuestion): Promise<Outcome<ByHand>> =>
    outcomeOf(async () => byHandOf(await networkOf(question.setup.net), question)),
  /** The result as a file. */
  exported: (setup: Setup, form: keyof typeof exported): Promise<Outcome<string>> =>
    outcomeOf(async () => exported[form]((await analysed(setup)).result)),
};

export type Analyst = typeof ANALYST;

Comlink.expose(ANALYST);
