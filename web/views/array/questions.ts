import { EYERISS_CHIP } from '../../../src/chip/chip.ts';
import { chooseMapping, type MappingChoice, parseMapping } from '../../../src/chip/choose-mapping.ts';
import { drawnRun } from '../../../src/chip/drawn-run.ts';
import type { Film } from '../../../src/chip/film.ts';
import {
  type ByState,
  bankFills,
  dramWords,
  FILM_COLUMNS,
  filmLines,
  kindsOverTime,
  type Milestone,
  milestones,
  type StateShares,
  shownAround,
  stateShares,
  statesOfFilm,
} from '../../../src/chip/film-summary.ts';
import { type ChipLayer, chipLayer } from '../../../src/chip/geometry.ts';
import { type IfmapTurn, ifmapTurns } from '../../../src/chip/ifmap-turns.ts';
import { type WordJourney, wordJourney } from '../../../src/chip/journey.ts';
import { type PassJourney, passJourney } from '../../../src/chip/journey-in-pass.ts';
import { holdsWord } from '../../../src/chip/journey-macs.ts';
import { namesInPe, type PeNames, type PeWords, pesOfPass } from '../../../src/chip/journey-pe.ts';
import type { LayerWord } from '../../../src/chip/journey-stops.ts';
import type { LayerRun } from '../../../src/chip/layer.ts';
import type { KnownPasses } from '../../../src/chip/layer-passes.ts';
import { mappingText } from '../../../src/chip/mapping.ts';
import { shapeProblems } from '../../../src/chip/native.ts';
import { PUBLISHED_ALEXNET } from '../../../src/chip/published.ts';
import { type PeSnapshot, scratchpadWords } from '../../../src/chip/snapshot.ts';
import { openStage, type Stage, type StagePass, type StagePlan } from '../../../src/chip/stage.ts';
import { EYERISS_ENERGY } from '../../../src/hardware/energy.ts';
import { InputError } from '../../../src/input-error.ts';
import type { Layer, Network } from '../../../src/layer/layer.ts';
import { layerNamed } from '../../../src/layer/select.ts';
import type { Progress } from '../../../src/steps.ts';
import { type Outcome, outcomeOf } from '../../work/outcome.ts';
import type { ArrayState, PePlace } from './fields.ts';

const CHIP = EYERISS_CHIP;

/** The layer to begin with, where a network has one of that name. */
const FIRST = 'CONV3';

/** The most words of ifmaps that are drawn: 128 MB. */
const MOST_WORDS = 2 ** 26;

/** Pieces in which time is drawn: about one for each pixel. */
const PIECES = 960;

/** What stands on the array. */
export type StageChoice = Pick<ArrayState, 'net' | 'layer' | 'batch' | 'mapping' | 'seed'>;

/** A layer on the array, as plain data. */
export interface Opened {
  readonly network: string;
  /** Those that the chip can run. */
  readonly layers: readonly string[];
  readonly layer: string;
  readonly isPublished: boolean;
  /** `published`, `best` or `letters`, and the letters. */
  readonly origin: 'published' | 'best' | 'letters';
  readonly letters: string;
  readonly note: string | undefined;
  readonly plan: StagePlan;
  readonly filterBanks: number;
  /** Kinds of pass over the time of the layer. */
  readonly kinds: Uint32Array;
  /** With them, the stage opens at once the next time. */
  readonly known: KnownPasses;
}

/** A stage, and what the page knows of it. */
export interface OpenStage {
  readonly stage: Stage;
  readonly run: LayerRun;
  readonly opened: Opened;
}

/**
 * Puts a layer on the array.
 *
 * @throws InputError if the network has no such layer, or the chip cannot run it so.
 */
export function* openStageOf(
  network: Network,
  { layer: name, batch, mapping: wanted, seed }: StageChoice,
  known: KnownPasses,
): Generator<Progress, OpenStage> {
  const runnable = network.layers.filter((layer) => shapeProblems(CHIP.nativeShapes, layer).length === 0);
  const spec = layerNamed(network.layers, name || exampleOf(network, runnable));
  refuseTooLarge(chipLayer(spec, batch));
  const isPublished = network.name === 'alexnet' && PUBLISHED_ALEXNET[spec.name] !== undefined;
  const choice = mappingChoice(wanted, isPublished);
  const { mapping, note } = chooseMapping(CHIP, spec, batch, choice, EYERISS_ENERGY);
  const run = drawnRun({ network, spec, chip: CHIP, batch, mapping, seed });
  const stage = yield* openStage(run, known);
  const { plan } = stage;
  return {
    stage,
    run,
    opened: {
      network: network.name,
      layers: runnable.map((layer) => layer.name),
      layer: spec.name,
      isPublished,
      origin: typeof choice === 'string' ? choice : 'letters',
      letters: mappingText(mapping, run.layer.shape).replaceAll(' ', ','),
      note,
      plan,
      filterBanks: CHIP.glb.filterBanks,
      kinds: kindsOverTime(plan, PIECES),
      known,
    },
  };
}

function refuseTooLarge({ shape: { G, N, C, H, W } }: ChipLayer): void {
  const words = G * N * C * H * W;
  if (words <= MOST_WORDS) return;
  const allowed = `at most ${MOST_WORDS} words of ifmaps on this page: fewer images`;
  throw new InputError({ code: 'out-of-range', path: ['batch'], found: `${words} words`, allowed });
}

function mappingChoice(wanted: string, isPublished: boolean): MappingChoice {
  if (wanted === '') return isPublished ? 'published' : 'best';
  return wanted === 'best' || wanted === 'published' ? wanted : parseMapping(wanted);
}

/** A pass, and its film. */
export interface PassShown {
  readonly pass: StagePass;
  readonly film: Film;
  /** Of the cycles that the film shows: PE cycles by state, and over time. */
  readonly states: ByState;
  readonly shares: StateShares;
  readonly milestones: Readonly<Record<Milestone, number | null>>;
  readonly turns: readonly IfmapTurn[];
  readonly pes: readonly PeWords[];
  /** Words between DRAM and chip. */
  readonly dram: { readonly in: number; readonly out: number };
  /** How full the banks are, from 0 to 1. */
  readonly banks: readonly number[];
}

/** @param cycle one that is to be shown; of a long pass, the film shows cycles around it */
export function passShown({ stage, run, opened }: OpenStage, index: number, cycle: number): PassShown {
  const { plan, filterBanks } = opened;
  const pass = stage.pass(index);
  const scheduled = stage.passAt(index);
  const film = stage.film(index, shownAround(pass.cycles, plan.mostShown, cycle));
  const pes = pesOfPass(CHIP, run.layer, run.mapping, scheduled);
  return {
    pass,
    film,
    states: statesOfFilm(film),
    shares: stateShares(film, PIECES),
    milestones: milestones(film),
    turns: ifmapTurns(run.layer, scheduled, pes, CHIP.array.columns),
    pes,
    dram: dramWords(pass, stage.dram(index)),
    banks: bankFills(plan, pass.glb, filterBanks),
  };
}

/** What is looked at closely. */
export interface DetailsQuestion {
  readonly pass: number;
  readonly cycle: number;
  readonly pe: PePlace | undefined;
  readonly word: LayerWord | undefined;
}

/** What is in a PE at the end of a cycle. */
export interface PeDetails {
  readonly words: PeWords;
  readonly snapshot: PeSnapshot;
  readonly names: PeNames;
  /** Of the psum scratchpad: the filters whose psum waits to leave. */
  readonly finished: readonly number[];
}

/** Where a word goes: in the layer, and in the pass if it goes there at all. */
export interface FollowedWord {
  readonly journey: WordJourney;
  readonly inPass: PassJourney | undefined;
}

/** What is in a PE, and where a word goes. */
export interface Details {
  readonly cycle: number;
  /** Undefined where the PE has nothing to do in the pass, or none is asked for. */
  readonly pe: PeDetails | undefined;
  readonly followed: Outcome<FollowedWord> | undefined;
  /** PEs that hold the word, numbered row by row. */
  readonly holders: readonly number[];
}

/** Follows words, and keeps the last: most questions are about the same one in another cycle. */
export class Follower {
  private last: { readonly key: string; readonly followed: Outcome<FollowedWord> } | undefined;

  async details(open: OpenStage, { pass: index, cycle, pe, word }: DetailsQuestion): Promise<Details> {
    const { stage, run } = open;
    const { layer, mapping } = run;
    const snapshot = stage.snapshot(index, cycle);
    const pass = stage.passAt(index);
    const works = new Map(pesOfPass(CHIP, layer, mapping, pass).map((one) => [numberOf(one), one]));
    const found = pe && snapshot.pes.find((one) => one.row === pe.row && one.column === pe.column);
    const words = found && works.get(numberOf(found));
    const followed = word && (await this.follow(open, index, word));
    const holders =
      word && followed?.ok
        ? snapshot.pes
            .filter((one) => holdsWord(layer, CHIP.pe.order, works.get(numberOf(one))!, one, word))
            .map(numberOf)
        : [];
    return {
      cycle,
      pe: found &&
        words && {
          words,
          snapshot: found,
          names: namesInPe(layer, words, found),
          finished: scratchpadWords(snapshot, found)
            .psum.filter(({ isFinished }) => isFinished)
            .map(({ filter }) => filter),
        },
      followed,
      holders,
    };
  }

  private async follow(
    { stage, run }: OpenStage,
    index: number,
    word: LayerWord,
  ): Promise<Outcome<FollowedWord>> {
    const { layer, mapping } = run;
    const key = JSON.stringify([layer, mapping, index, word]);
    if (this.last?.key === key) return this.last.followed;
    const followed = await outcomeOf(() => ({
      journey: wordJourney(CHIP, layer, mapping, word),
      inPass: passJourney(CHIP, layer, mapping, stage.passAt(index), word),
    }));
    this.last = { key, followed };
    return followed;
  }
}

const numberOf = ({ row, column }: PePlace): number => row * CHIP.array.columns + column;

/** All cycles of a pass as comma-separated values; of a long one, those around a cycle. */
export function passCsv({ stage, opened }: OpenStage, index: number, cycle: number): string {
  const { cycles } = stage.pass(index);
  const film = stage.film(index, shownAround(cycles, opened.plan.mostShown, cycle));
  const lines = [FILM_COLUMNS, ...filmLines(film)];
  return lines.map((line) => `${line.join(',')}\n`).join('');
}

/** The name of the layer that is shown where none is asked for. */
const exampleOf = ({ layers }: Network, runnable: readonly Layer[]): string =>
  (runnable.find((layer) => layer.name === FIRST) ?? runnable[0] ?? layers[0])?.name ?? '';
