import { countAccesses } from '../dataflow/counts.ts';
import { type Dataflow, runnable } from '../dataflow/dataflow.ts';
import { DATA_TYPES, type EnergyCosts, LEVELS, type Level } from '../hardware/energy.ts';
import type { StorageSizes } from '../hardware/hardware.ts';
import type { LayerShape } from '../layer/shape.ts';
import { findBestMapping } from '../search/search.ts';

/*
 * The energy of a mapping is linear in the costs of an access: Σ words × cost. The least energy of a layer is the
 * smallest of these linear functions, one for each mapping, hence concave and piecewise linear in the costs. A few
 * searches therefore say all about a range of costs.
 */

/** Layers under one dataflow on one machine. */
export interface Work {
  readonly dataflow: Dataflow;
  readonly shapes: readonly LayerShape[];
  readonly storage: StorageSizes;
}

/** True if the dataflow can run every layer. */
export const canRun = ({ dataflow, shapes, storage }: Work): boolean =>
  shapes.every((shape) => runnable(dataflow, shape, storage));

/** Words of all data read and written at each level, and MACs: what costs are multiplied with. */
export type Words = Readonly<Record<keyof EnergyCosts, number>>;

/** The words of a layer in its best mapping at these costs. */
export function wordsAtBest(
  { dataflow, storage }: Omit<Work, 'shapes'>,
  shape: LayerShape,
  costs: EnergyCosts,
): Words {
  const found = findBestMapping(dataflow, shape, storage, costs);
  if (!found.feasible) throw new Error(`${dataflow.name} cannot run this layer`);
  const accesses = countAccesses(dataflow, shape, found.mapping);
  const atLevel = (level: Level) => DATA_TYPES.reduce((sum, data) => sum + accesses[level][data], 0);
  const levels = Object.fromEntries(LEVELS.map((level) => [level, atLevel(level)]));
  return { alu: shape.macs, ...(levels as Record<Level, number>) };
}

/** Σ words × cost. */
export const costOf = (words: Words, costs: EnergyCosts): number =>
  LEVELS.reduce((sum, level) => sum + words[level] * costs[level], words.alu * costs.alu);

/** A piece of a curve: from `from` up to the next piece, energy per MAC is `fixed + slope × cost`. */
export interface CurvePiece {
  readonly from: number;
  readonly slope: number;
  readonly fixed: number;
}

/**
 * The least energy per MAC of layers under a dataflow as a function of one cost, the others as given: concave and
 * piecewise linear, exact, one piece after the other from `low` to `high`.
 *
 * Found by the method of Eisner and Severance (1976): where the lines of the best mappings at two ends cross, no mapping
 * lies below both, or a search finds one, and splits the range.
 */
export function costCurve(
  work: Work,
  costs: EnergyCosts,
  varied: keyof EnergyCosts,
  [low, high]: readonly [number, number],
): readonly CurvePiece[] {
  const macs = work.shapes.reduce((sum, shape) => sum + shape.macs, 0);
  const layers = work.shapes.map((shape) => {
    const lineAt = (cost: number): Line => {
      const words = wordsAtBest(work, shape, { ...costs, [varied]: cost });
      return { slope: words[varied] / macs, fixed: costOf(words, { ...costs, [varied]: 0 }) / macs };
    };
    // The best mapping does not depend on what a MAC costs
    return varied === 'alu' ? [{ from: low, ...lineAt(low) }] : lowerEnvelope(lineAt, low, high);
  });
  return sumOf(layers, low);
}

interface Line {
  readonly slope: number;
  readonly fixed: number;
}

const energyOnLine = ({ slope, fixed }: Line, at: number): number => fixed + slope * at;

/** Doubles that differ by less are the same energy. */
const SAME = 1e-12;

/** The lines that are lowest somewhere between two costs, given the lowest line at any one cost. */
function lowerEnvelope(lineAt: (cost: number) => Line, low: number, high: number): CurvePiece[] {
  const first = lineAt(low);
  const between = (a: number, lineA: Line, b: number, lineB: Line): CurvePiece[] => {
    const isSameAtB = energyOnLine(lineA, b) <= energyOnLine(lineB, b) * (1 + SAME);
    if (isSameAtB) return [];
    const crossing = (lineB.fixed - lineA.fixed) / (lineA.slope - lineB.slope);
    if (!(crossing > a && crossing < b)) return [{ from: Math.min(b, Math.max(a, crossing)), ...lineB }];
    const middle = lineAt(crossing);
    const isLower = energyOnLine(middle, crossing) < energyOnLine(lineA, crossing) * (1 - SAME);
    if (!isLower) return [{ from: crossing, ...lineB }];
    return [...between(a, lineA, crossing, middle), ...between(crossing, middle, b, lineB)];
  };
  return [{ from: low, ...first }, ...between(low, first, high, lineAt(high))];
}

/** The sum of curves that begin at the same cost. */
function sumOf(curves: readonly (readonly CurvePiece[])[], low: number): readonly CurvePiece[] {
  const starts = [...new Set([low, ...curves.flat().map(({ from }) => from)])].sort((a, b) => a - b);
  return starts.map((from) => {
    const pieces = curves.map((curve) => pieceAt(curve, from));
    const sum = (of: (piece: CurvePiece) => number) => pieces.reduce((total, piece) => total + of(piece), 0);
    return { from, slope: sum(({ slope }) => slope), fixed: sum(({ fixed }) => fixed) };
  });
}

const pieceAt = (curve: readonly CurvePiece[], cost: number): CurvePiece =>
  curve.findLast(({ from }) => from <= cost) ?? curve[0]!;

/** Energy per MAC at a cost within a curve's range. */
export const energyAt = (curve: readonly CurvePiece[], cost: number): number =>
  energyOnLine(pieceAt(curve, cost), cost);
