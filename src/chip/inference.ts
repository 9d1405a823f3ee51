import { finish, type Progress } from '../steps.ts';
import type { Chip } from './chip.ts';
import { countKinds, estimateCycles } from './estimate.ts';
import type { ChipLayer } from './geometry.ts';
import {
  type GlbCounting,
  glbWords,
  TABLE_V_COUNTING,
  TABLE_VI_COUNTING,
  trafficTerms,
} from './glb-words.ts';
import { type KnownPasses, timeLayer } from './layer-passes.ts';
import { type ChipMapping, LETTERS } from './mapping.ts';
import { mappingsWithTraffic } from './matching-mappings.ts';
import type { MeasuredTraits } from './measured.ts';
import { filterGroups } from './schedule.ts';

/*
 * Which mapping a layer was measured in, where none has been published. What is found is an inference from three
 * numbers, not a fact: others may explain them as well, and are given too.
 */

/** A mapping with the measured active PEs, simulated. */
export interface Explanation {
  readonly mapping: ChipMapping;
  /** As the table counts. */
  readonly glbBytes: number;
  readonly latencyMs: number;
  /** Simulated over measured latency, less 1. */
  readonly latencyError: number;
  /** Whether its traffic is the measured one, but for rounding, and its latency near enough. */
  readonly explains: boolean;
  /** Mappings whose passes are the same, this one first: they differ in what comes from the DRAM, and how often. */
  readonly alike: readonly ChipMapping[];
}

/** What may explain a layer. */
export interface Inference {
  readonly best: Explanation;
  /** The others that were simulated, the best first. */
  readonly runnersUp: readonly Explanation[];
  /** Mappings with the measured active PEs and traffic. */
  readonly considered: number;
  /** Bytes within which their traffic is: `glbRounding`, or more where there are none. */
  readonly glbWithin: number;
}

/**
 * How near the simulator comes to latencies that were measured with known mappings, those of AlexNet: within this share
 * (silicon.test.ts). What is nearer than this cannot be told apart.
 */
export const LATENCY_AGREEMENT = 0.06;

/** How a mapping is looked for. */
export interface InferenceOptions {
  /** Default: as Table VI, which is that of VGG-16. */
  readonly counting?: GlbCounting;
  /** How near a latency explains the measured one. Default: {@link LATENCY_AGREEMENT}. */
  readonly agreement?: number;
  /** At most so many are simulated. Default: 30. */
  readonly simulated?: number;
  /** Passes of other layers on the same chip, and then of this one. */
  readonly known?: KnownPasses;
  /**
   * How many layers a mapping may explain: those that may explain most are simulated first, and no more once one explains
   * this layer and none of the others may explain more. Default: all are simulated.
   */
  readonly mayExplain?: (mapping: ChipMapping) => number;
}

/**
 * The mapping that may explain what was measured of a layer: of those that the chip can run, with exactly the measured
 * active PEs, the measured traffic as it is rounded (or else the nearest), and a latency that agrees, the one that moves
 * fewest words into the GLB, then the one with the smallest letters; if no latency agrees, the one with the nearest.
 * Traffic decides before latency because counts are exact, and the words into the GLB decide before the last percents of
 * latency because with these the mappings that are known, AlexNet's, would not be found. Of tile widths that make equally
 * many tiles only the least is looked at.
 *
 * @returns undefined if no mapping uses so many PEs
 */
export function* inferMapping(
  chip: Chip,
  layer: ChipLayer,
  measured: MeasuredTraits,
  {
    counting = TABLE_VI_COUNTING,
    agreement = LATENCY_AGREEMENT,
    simulated = 30,
    known = new Map(),
    mayExplain,
  }: InferenceOptions = {},
): Generator<Progress, Inference | undefined> {
  const matching = mappingsWithTraffic({ chip, layer, measured, counting });
  if (matching === undefined) return undefined;
  const { mappings, glbWithin } = matching;
  const errorOf = (cycles: number) => cycles / (chip.megahertz * 1e3) / measured.processingLatencyMs - 1;
  const moreFrugal = frugality(layer, chip);
  // An estimate may be about as far from the simulation as that from the chip
  const groups = byPasses(chip, layer, mappings)
    .map((group) => ({
      ...group,
      distance: Math.max(Math.abs(errorOf(group.estimate)), 2 * agreement),
      layers: mayExplain ? Math.max(...group.alike.map(mayExplain)) : 1,
    }))
    .sort((a, b) => a.distance - b.distance || b.layers - a.layers || moreFrugal(a.alike[0]!, b.alike[0]!))
    .slice(0, simulated);
  const explanations: Explanation[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (const [done, { alike, leastCycles, layers }] of groups.entries()) {
    const mapping = alike[0]!;
    const isHopeless = errorOf(leastCycles) > Math.max(least, agreement);
    if (!isHopeless) {
      const cycles = cyclesOf(chip, layer, mapping, known);
      const latencyError = errorOf(cycles);
      least = Math.min(least, Math.abs(latencyError));
      explanations.push({
        mapping,
        glbBytes: 2 * glbWords(layer, mapping, counting, chip.nativeShapes),
        latencyMs: cycles / (chip.megahertz * 1e3),
        latencyError,
        explains: glbWithin === measured.glbRounding && Math.abs(latencyError) <= agreement,
        alike,
      });
    }
    yield { done: done + 1, of: groups.length };
    const isEnough = mayExplain && !isHopeless && explanations.at(-1)!.explains;
    if (isEnough && groups.slice(done + 1).every((other) => other.layers <= layers)) break;
  }
  const distance = ({ explains, latencyError }: Explanation) => (explains ? 0 : Math.abs(latencyError));
  const [best, ...runnersUp] = explanations.sort(
    (a, b) =>
      Number(b.explains) - Number(a.explains) ||
      distance(a) - distance(b) ||
      moreFrugal(a.mapping, b.mapping),
  );
  return best && { best, runnersUp, considered: mappings.length, glbWithin };
}

/** What may explain a layer, together with the other layers of a network. */
export interface SharedExplanation extends Explanation {
  /** Layers that the mapping explains, this one among them; 0 where it does not explain its own. */
  readonly layers: number;
}

/**
 * For each layer the mapping that explains most layers of a network; of those that explain equally many, in the order of
 * {@link inferMapping}. Where none explains a layer, its best; undefined where no mapping uses so many PEs.
 */
export function* inferTogether(
  chip: Chip,
  layers: readonly { readonly layer: ChipLayer; readonly measured: MeasuredTraits }[],
  options: Omit<InferenceOptions, 'mayExplain'> = {},
): Generator<Progress, (SharedExplanation | undefined)[]> {
  const { counting = TABLE_VI_COUNTING, known = new Map() } = options;
  const likely = new Map<string, number>();
  for (const each of layers) {
    const matching = mappingsWithTraffic({ chip, counting, ...each });
    if (matching?.glbWithin === each.measured.glbRounding) count(likely, matching.mappings);
  }
  const mayExplain = (mapping: ChipMapping) => likely.get(lettersOf(mapping)) ?? 0;
  const inferAll = function* (more: InferenceOptions): Generator<Progress, Layered[]> {
    const alone: Layered[] = [];
    for (const { layer, measured } of layers) {
      const inference = yield* inferMapping(chip, layer, measured, { ...options, known, ...more });
      alone.push({ layer, inference });
    }
    return alone;
  };
  const alone = yield* inferAll({ mayExplain });
  const shared = share(chip, alone);
  // What was not simulated may explain as many layers as the most of what was, but no more
  const isBest = shared.every(
    (one, i) =>
      !one?.explains ||
      one.layers >= Math.max(...explaining(alone[i]!).map(({ mapping }) => mayExplain(mapping))),
  );
  return isBest ? shared : share(chip, yield* inferAll({}));
}

interface Layered {
  readonly layer: ChipLayer;
  readonly inference: Inference | undefined;
}

function share(chip: Chip, alone: readonly Layered[]): (SharedExplanation | undefined)[] {
  const layersOf = new Map<string, number>();
  for (const each of alone) {
    const mappings = explaining(each).map(({ mapping }) => mapping);
    count(layersOf, mappings);
  }
  return alone.map((each) => {
    const { layer, inference } = each;
    const moreFrugal = frugality(layer, chip);
    const [first] = explaining(each)
      .map((explanation) => ({ ...explanation, layers: layersOf.get(lettersOf(explanation.mapping))! }))
      .sort((a, b) => b.layers - a.layers || moreFrugal(a.mapping, b.mapping));
    return first ?? (inference && { ...inference.best, layers: 0 });
  });
}

/** All mappings that were found to explain a layer. */
const explaining = ({ inference }: Layered): Explanation[] =>
  (inference ? [inference.best, ...inference.runnersUp] : [])
    .filter(({ explains }) => explains)
    .flatMap((explanation) => explanation.alike.map((mapping) => ({ ...explanation, mapping })));

function count(layersOf: Map<string, number>, mappings: readonly ChipMapping[]): void {
  for (const mapping of mappings) {
    const letters = lettersOf(mapping);
    layersOf.set(letters, (layersOf.get(letters) ?? 0) + 1);
  }
}

const lettersOf = (mapping: ChipMapping): string => LETTERS.map((letter) => mapping[letter]).join(' ');

/** Orders mappings by the words that they move into the GLB, then by their letters. */
function frugality(layer: ChipLayer, { nativeShapes }: Chip) {
  const known = new Map<ChipMapping, number>();
  const words = (mapping: ChipMapping): number => {
    const { filters, ifmaps } = trafficTerms(layer, mapping, TABLE_V_COUNTING, nativeShapes);
    return filters + ifmaps * filterGroups(layer, { ...mapping, p: mapping.m, t: 1 }, nativeShapes);
  };
  const wordsOnce = (mapping: ChipMapping): number => {
    const found = known.get(mapping) ?? words(mapping);
    known.set(mapping, found);
    return found;
  };
  return (a: ChipMapping, b: ChipMapping): number => {
    const letter = LETTERS.find((one) => a[one] !== b[one]);
    return wordsOnce(a) - wordsOnce(b) || (letter === undefined ? 0 : a[letter] - b[letter]);
  };
}

/** Mappings whose passes are the same, and take the same cycles; the most frugal of them first. */
function byPasses(chip: Chip, layer: ChipLayer, mappings: readonly ChipMapping[]) {
  const groups = new Map<string, { alike: ChipMapping[]; leastCycles: number; estimate: number }>();
  for (const mapping of mappings) {
    const kinds = countKinds(layer, mapping, chip);
    const key = JSON.stringify([mapping.e, mapping.r, mapping.t, kinds]);
    const known = groups.get(key);
    if (known !== undefined) {
      known.alike.push(mapping);
      continue;
    }
    const costs = kinds.map(({ kind, times }) => ({ times, ...estimateCycles(chip, layer, kind) }));
    groups.set(key, {
      alike: [mapping],
      leastCycles: sum(costs.map(({ times, least }) => times * least)),
      estimate: sum(costs.map(({ times, expected }) => times * expected)),
    });
  }
  const moreFrugal = frugality(layer, chip);
  for (const { alike } of groups.values()) alike.sort(moreFrugal);
  return [...groups.values()];
}

function cyclesOf(chip: Chip, layer: ChipLayer, mapping: ChipMapping, known: KnownPasses): number {
  return finish(timeLayer(chip, layer, mapping, { known })).counts.cycles;
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);
