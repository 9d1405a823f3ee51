import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { Dataflow } from '../dataflow/dataflow.ts';
import { DATAFLOWS } from '../dataflow/registry.ts';
import { type EnergyCosts, LEVELS } from '../hardware/energy.ts';
import { checkHardware, eyerissBaseline, type Hardware, storageFor } from '../hardware/hardware.ts';
import { InputError } from '../input-error.ts';
import type { Layer } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';
import { type CurvePiece, canRun, costCurve, type Work } from './cost-curve.ts';
import { LeastEnergy } from './least-energy.ts';

const COSTS: readonly (keyof EnergyCosts)[] = ['alu', ...LEVELS];

/** What is compared while costs are uncertain. */
export interface UncertaintyOptions {
  readonly layers: readonly Layer[];
  /** Default: all six. Those that cannot run a layer are left out. */
  readonly dataflows?: readonly Dataflow[] | undefined;
  /** Its costs are the nominal ones. Default: the paper's baseline with 256 PEs. */
  readonly hardware?: Hardware | undefined;
  /** Images in a batch. Default: 16. */
  readonly batch?: number | undefined;
}

/** One cost varied, the others nominal. */
export interface CostSweep {
  readonly varied: keyof EnergyCosts;
  /** The range of the varied cost. */
  readonly low: number;
  readonly high: number;
  /** Least energy per MAC as a function of the cost, by the dataflow's name. */
  readonly curves: Readonly<Record<string, readonly CurvePiece[]>>;
  /** Which dataflow needs least energy, from which cost on; exact. */
  readonly leaders: readonly { readonly from: number; readonly dataflow: string }[];
}

/**
 * How the least energy of dataflows depends on one cost between two factors of its nominal value, and where another
 * dataflow becomes the best.
 *
 * @throws InputError if there is no such cost, if the factors are no range from 0, if no dataflow can run the layers, or as `analyze` does.
 */
export function sweepCost(
  varied: keyof EnergyCosts,
  [lowFactor, highFactor]: readonly [number, number],
  options: UncertaintyOptions,
): CostSweep {
  if (!COSTS.includes(varied)) {
    throw new InputError({ code: 'not-allowed', path: ['varied'], found: varied, allowed: COSTS.join(', ') });
  }
  const { works, costs } = worksOf(options, [lowFactor, highFactor]);
  const [low, high] = [costs[varied] * lowFactor, costs[varied] * highFactor];
  const curves = Object.fromEntries(
    works.map((work) => [work.dataflow.name, costCurve(work, costs, varied, [low, high])]),
  );
  return { varied, low, high, curves, leaders: leadersOf(curves, high) };
}

/** The lowest of several curves, from which cost on. Between two pieces' starts, every curve is a line. */
function leadersOf(curves: CostSweep['curves'], high: number): CostSweep['leaders'] {
  const names = Object.keys(curves);
  const starts = [...new Set(names.flatMap((name) => curves[name]!.map(({ from }) => from)))].sort(
    (a, b) => a - b,
  );
  const leaders: { from: number; dataflow: string }[] = [];
  starts.forEach((start, i) => {
    const end = starts[i + 1] ?? high;
    const lines = names.map((dataflow) => ({
      dataflow,
      ...curves[dataflow]!.findLast(({ from }) => from <= start)!,
    }));
    let from = start;
    do {
      const best = lines.reduce((a, b) => (isBelow(b, a, from) ? b : a));
      if (leaders.at(-1)?.dataflow !== best.dataflow) leaders.push({ from, dataflow: best.dataflow });
      const crossings = lines
        .filter(({ slope }) => slope < best.slope)
        .map(({ slope, fixed }) => (fixed - best.fixed) / (best.slope - slope));
      from = Math.min(end, ...crossings.filter((cost) => cost > from));
    } while (from < end);
  });
  return leaders;
}

/** True if line a is below line b at a cost, or right after it. */
function isBelow(a: CurvePiece, b: CurvePiece, cost: number): boolean {
  const difference = a.fixed + a.slope * cost - (b.fixed + b.slope * cost);
  return Math.abs(difference) > 1e-12 * b.fixed ? difference < 0 : a.slope < b.slope;
}

/** Costs drawn at random, and the dataflow that needs least energy at them. */
export interface CostSample {
  readonly costs: EnergyCosts;
  readonly best: string;
  /** The best's nearest rival needs at least so many times its energy; infinite without a rival. */
  readonly margin: number;
  /** Bounds of the least energy per MAC, by the dataflow's name; equal where it was searched for. */
  readonly energy: Readonly<Record<string, { readonly atLeast: number; readonly atMost: number }>>;
}

export interface CostRangeOptions extends UncertaintyOptions {
  /** Every cost lies between these factors of its nominal value. */
  readonly factors: readonly [low: number, high: number];
  /** How many times all costs are drawn. */
  readonly samples: number;
  /** A whole number of 32 bits. The same seed draws the same costs. */
  readonly seed: number;
}

/** Which dataflow is the best in a range of costs. */
export interface CostRange {
  /** Where the cost of each level is at either end of the range: all combinations. */
  readonly extremes: readonly CostSample[];
  /** All costs drawn uniformly from the range, independently of each other. */
  readonly draws: readonly CostSample[];
}

/**
 * Varies all costs together and says for each choice of them which dataflow needs least energy; proven.
 *
 * @throws InputError if the number of samples or the seed is none, or as {@link sweepCost} does.
 */
export function varyCosts({ factors, samples, seed, ...options }: CostRangeOptions): CostRange {
  if (!(Number.isSafeInteger(samples) && samples >= 0)) {
    throw new InputError({
      code: 'out-of-range',
      path: ['samples'],
      found: samples,
      allowed: 'a whole number from 0',
    });
  }
  if (seed !== (seed | 0)) {
    throw new InputError({
      code: 'out-of-range',
      path: ['seed'],
      found: seed,
      allowed: 'a whole number of 32 bits',
    });
  }
  const { works, costs } = worksOf(options, factors);
  const dataflows = works.map((work) => new LeastEnergy(work, costs, factors));
  const [low, high] = factors;
  const extremes = Array.from({ length: 2 ** LEVELS.length }, (_, corner) => {
    const ends = LEVELS.map((level, i) => [level, costs[level] * ((corner >> i) & 1 ? high : low)]);
    return sampleAt({ ...costs, ...Object.fromEntries(ends) }, dataflows);
  });
  const random = xoroshiro128plus(seed);
  const draws = Array.from({ length: samples }, () => {
    const factor = () => low + (high - low) * uniformFloat64(random);
    const drawn = COSTS.map((cost) => [cost, costs[cost] * factor()]);
    return sampleAt(Object.fromEntries(drawn) as EnergyCosts, dataflows);
  });
  return { extremes, draws };
}

/** Searches only for as many energies as it takes to tell the best. */
function sampleAt(costs: EnergyCosts, dataflows: readonly LeastEnergy[]): CostSample {
  const candidates = dataflows.map((dataflow) => ({ dataflow, ...dataflow.boundsAt(costs) }));
  for (;;) {
    const best = candidates.reduce((a, b) => (b.atMost < a.atMost ? b : a));
    const rivals = candidates.filter((one) => one !== best).sort((a, b) => a.atLeast - b.atLeast);
    const margin = (rivals[0]?.atLeast ?? Number.POSITIVE_INFINITY) / best.atMost;
    const open = [...rivals.slice(0, 1), best].find(({ atLeast, atMost }) => atLeast < atMost);
    if (margin >= 1 || open === undefined) {
      const energy = candidates.map(({ dataflow, atLeast, atMost }) => [dataflow.name, { atLeast, atMost }]);
      return { costs, best: best.dataflow.name, margin, energy: Object.fromEntries(energy) };
    }
    open.atLeast = open.atMost = open.dataflow.at(costs);
  }
}

function worksOf(
  { layers, dataflows = DATAFLOWS, hardware = eyerissBaseline(256), batch = 16 }: UncertaintyOptions,
  factors: readonly [low: number, high: number],
) {
  if (!(factors[0] >= 0 && factors[1] >= factors[0] && factors[1] < Number.POSITIVE_INFINITY)) {
    throw new InputError({
      code: 'out-of-range',
      path: ['factors'],
      found: factors.join(', '),
      allowed: 'two numbers from 0, the lower one first',
    });
  }
  checkHardware(hardware);
  const shapes = layers.map((layer) => layerShape(layer, batch));
  const works = dataflows.flatMap((dataflow): Work[] => {
    const storage = storageFor(hardware, dataflow.rfWords);
    return storage === undefined ? [] : [{ dataflow, shapes, storage }];
  });
  const running = works.filter(canRun);
  if (shapes.length > 0 && running.length > 0) return { works: running, costs: hardware.energy };
  throw new InputError({ code: 'missing', path: ['layers'], allowed: 'layers that a dataflow can run' });
}
