import * as Comlink from 'comlink';
import type { KnownPasses } from '../../src/chip/layer-passes.ts';
import { networkOf } from '../network/network-ref.ts';
import {
  type Details,
  type DetailsQuestion,
  Follower,
  type Opened,
  type OpenStage,
  openStageOf,
  type PassShown,
  passCsv,
  passShown,
  type StageChoice,
} from '../views/array/questions.ts';
import { type OnProgress, StepRunner } from './in-steps.ts';
import { type Outcome, outcomeOf } from './outcome.ts';

const runner = new StepRunner();
const follower = new Follower();

/** The stage that was last opened: the next question is mostly about it. */
let last: { readonly key: string; readonly open: OpenStage } | undefined;

async function opened(choice: StageChoice, known: KnownPasses, onProgress?: OnProgress): Promise<OpenStage> {
  const key = JSON.stringify(choice);
  if (last?.key !== key) {
    const network = await networkOf(choice.net);
    last = { key, open: await runner.run(openStageOf(network, choice, known), onProgress) };
  }
  return last.open;
}

/** Runs a layer on the array, to be looked at cycle by cycle. */
const STAGE = {
  interrupt: () => runner.interrupt(),
  /** What there is to know of the layer before a pass is run. */
  open: (choice: StageChoice, onProgress: OnProgress): Promise<Outcome<Opened>> =>
    outcomeOf(async () => (await opened(choice, new Map(), onProgress)).opened),
  /** A pass and its film, which is handed over. */
  async pass(
    choice: StageChoice,
    known: KnownPasses,
    index: number,
    cycle: number,
  ): Promise<Outcome<PassShown>> {
    const outcome = await outcomeOf(async () => passShown(await opened(choice, known), index, cycle));
    if (!outcome.ok) return outcome;
    const { states, macs, words } = outcome.value.film;
    const arrays = [states, macs, ...Object.values(words)];
    return Comlink.transfer(
      outcome,
      arrays.map(({ buffer }) => buffer as ArrayBuffer),
    );
  },
  /** What is in a PE, and where a word goes. */
  details: (choice: StageChoice, known: KnownPasses, question: DetailsQuestion): Promise<Outcome<Details>> =>
    outcomeOf(async () => follower.details(await opened(choice, known), question)),
  /** The cycles of a pass as a file. */
  csv: (choice: StageChoice, known: KnownPasses, index: number, cycle: number): Promise<Outcome<string>> =>
    outcomeOf(async () => passCsv(await opened(choice, known), index, cycle)),
};

export type StageWorker = typeof STAGE;

Comlink.expose(STAGE);
