import type { Architecture } from '../loopnest/architecture.ts';
import { keepable, type LoopAddress, type LoopKind, normalForm } from '../loopnest/edit.ts';
import { paddedProblem } from '../loopnest/evaluate.ts';
import { storesOf } from '../loopnest/limits.ts';
import { nestOf, tileLengths } from '../loopnest/nest.ts';
import { type LoopProblem, type PerTensor, TENSORS, type Tensor } from '../loopnest/problem.ts';
import { arrowSays, effectSays, type Neighbours, nestSays, roundSays, tileSays } from './nest-guide.ts';
import { fillText, levelName, loopText, nestHeading } from './nest-names.ts';
import { limitNote, paddingNote } from './nest-notes.ts';
import { type Effect, type LevelView, type LoopView, nestView, REUSES, type ShownNest } from './nest-view.ts';

/** A share of the energy, for a bar. */
export interface DrawnShare {
  /** Of the whole energy, from 0 to 1. */
  readonly share: number;
  /** Of the largest share in the drawing, from 0 to 1: the length of its bar. */
  readonly ofLargest: number;
}

/** What stands beside a loop for one tensor. */
export interface DrawnEffect {
  /** Words of the tensor that all inside the loop works on. */
  readonly tile: number;
  /** None in the loops that the tensor's innermost memory runs. */
  readonly effect: Effect | undefined;
  /** Whether the effect keeps words from being moved. */
  readonly saves: boolean;
  /** Words that the loop's own steps move over the whole run. */
  readonly words: number;
  /** What that means here, in a sentence for a student. */
  readonly says: string;
}

export interface DrawnLoop {
  /** Where the loop stands in the normal form of the mapping: what edits take. */
  readonly address: LoopAddress;
  readonly dimension: string;
  readonly factor: number;
  readonly kind: LoopView['kind'];
  /** Loops around it, in all levels. */
  readonly depth: number;
  /** `for m in 0..48`, `par q in 0..13 (X)`. */
  readonly text: string;
  readonly tensors: PerTensor<DrawnEffect>;
}

/** The tile of a tensor that one instance of a level keeps. */
export interface DrawnTile {
  readonly words: number;
  /** Along each axis of the tensor: the dimensions that move along it, and its length. */
  readonly axes: readonly { readonly dimensions: readonly string[]; readonly length: number }[];
  /** Accesses of all instances over the whole run, in words. */
  readonly reads: number;
  readonly fills: number;
  readonly updates: number;
}

/** Words of a store of a level, and how they are used. */
export interface DrawnStore {
  /** Words that the tile of each tensor takes, twice its own where it is double buffered, and their share of the bar. */
  readonly tiles: readonly { readonly tensor: Tensor; readonly words: number; readonly ofBar: number }[];
  readonly needed: number;
  readonly available: number;
  /** Where on the bar the room ends, from 0 to 1: before its end where the tiles do not fit. */
  readonly end: number;
  readonly fits: boolean;
}

/** Words that come to a level from the one above that keeps the tensor, and go there, over the whole run. */
export interface DrawnArrow {
  /** Name of the level above. */
  readonly above: string;
  readonly down: DrawnWords;
  /** Of psums only. */
  readonly up: DrawnWords | undefined;
  readonly says: string;
}

export interface DrawnWords {
  readonly words: number;
  /** How often each word of the tensor comes by. */
  readonly times: number;
  /** Width of the arrow, from 0, the fewest words in the drawing, to 1, the most, on a logarithmic scale; none for no words. */
  readonly width: number | undefined;
}

/** What a level has to do with one tensor. */
export interface DrawnTensor {
  /** Whether the level could keep it. */
  readonly canKeep: boolean;
  /** Whether the tensor could go round it: not round the outermost level. */
  readonly canGoRound: boolean;
  /** None where the tensor goes round the level. */
  readonly tile: DrawnTile | undefined;
  /** What the level keeps of the tensor, or that it goes round, in a sentence; empty for the MACs. */
  readonly says: string;
  /** None at the outermost level and where the tensor goes round. */
  readonly arrow: DrawnArrow | undefined;
}

/** A level with its loops, or the MACs at the end, which have none. */
export interface DrawnLevel {
  readonly name: string;
  /** `RF × 156`. */
  readonly title: string;
  readonly isMacs: boolean;
  /** Instances that the mapping uses. */
  readonly instances: number;
  /** `91 % of 65,536 words`, `no limit`, `a store for each tensor`; empty for the MACs. */
  readonly capacity: string;
  readonly doubleBuffered: boolean;
  /** Stores with a limit: one that the tensors share, or one each. */
  readonly stores: readonly DrawnStore[];
  readonly tensors: PerTensor<DrawnTensor>;
  /** Outermost first, those in space last. */
  readonly loops: readonly DrawnLoop[];
  /** None where nothing costs energy. */
  readonly energy: DrawnShare | undefined;
  /** Of the network that brings words here; none where there is none or it is free. */
  readonly networkEnergy: DrawnShare | undefined;
  /** The grid below, and how much of it is in use. */
  readonly grid:
    | { readonly x: number; readonly y: number; readonly usedX: number; readonly usedY: number }
    | undefined;
}

/** A loop nest as plain data, for whoever draws it. */
export interface NestDrawing {
  /** What it is of, what it comes to, and its dimensions. */
  readonly heading: readonly [name: string, facts: string, sizes: string];
  /** Limits that the mapping breaks, and what its factors pad, in sentences. */
  readonly broken: readonly string[];
  readonly padding: string | undefined;
  /** What this nest shows, in sentences: where the energy goes, how often words come from DRAM, what sets the pace. */
  readonly notes: readonly string[];
  /** Outermost first; the MACs are the last. */
  readonly levels: readonly DrawnLevel[];
}

/** All that there is to draw of a loop nest. */
export function nestDrawing(nest: ShownNest): NestDrawing {
  const levels = nestView(nest);
  const scene = sceneOf(nest, levels);
  let depth = 0;
  return {
    heading: nestHeading(nest),
    broken: nest.evaluation.broken.map(limitNote),
    padding: paddingNote(nest),
    notes: nestSays(nest, levels),
    levels: levels.map((level, i): DrawnLevel => {
      const before = depth;
      depth += level.loops.length;
      return drawnLevel(scene, level, i, before);
    }),
  };
}

/** What the parts of a drawing have in common. */
interface Scene {
  readonly architecture: Architecture;
  /** Padded, as the factors have it. */
  readonly problem: LoopProblem;
  readonly levels: readonly LevelView[];
  /** Sizes of the tiles of each level. */
  readonly sizes: readonly ReadonlyMap<string, number>[];
  /** The tensors that each level keeps. */
  readonly kept: readonly (readonly Tensor[])[];
  readonly largestShare: number;
  /** Fewest and most words that an arrow stands for. */
  readonly words: readonly [fewest: number, most: number];
}

function sceneOf({ problem, architecture, mapping }: ShownNest, levels: readonly LevelView[]): Scene {
  const shares = levels.flatMap(({ energyShare = 0, networkShare = 0 }) => [energyShare, networkShare]);
  const words = levels
    .flatMap(({ traffic }) => Object.values(traffic).flatMap(({ down, up }) => [down, up]))
    .filter((one) => one > 0);
  return {
    architecture,
    problem: paddedProblem(problem, mapping),
    levels,
    sizes: nestOf(mapping).map(({ sizes }) => sizes),
    kept: normalForm(mapping).levels.map(({ keep }) => keep),
    largestShare: Math.max(...shares),
    words: [Math.min(...words), Math.max(...words)],
  };
}

function drawnLevel(scene: Scene, level: LevelView, i: number, depth: number): DrawnLevel {
  const { memory, loops } = level;
  const along = (kind: LoopView['kind']) =>
    loops.reduce((all, loop) => (loop.kind === kind ? all * loop.factor : all), 1);
  const tensors = TENSORS.map((tensor): [Tensor, DrawnTensor] => [
    tensor,
    {
      canKeep: memory !== undefined && keepable(scene.architecture, i).includes(tensor),
      canGoRound: memory !== undefined && i > 0,
      ...tileOf(scene, level, i, tensor),
      arrow: arrowOf(scene, level, i, tensor),
    },
  ]);
  return {
    name: level.name,
    title: levelName(level),
    isMacs: memory === undefined,
    instances: level.instances,
    capacity: capacityText(level),
    doubleBuffered: memory?.doubleBuffered ?? false,
    stores: storesIn(level, scene.kept[i] ?? []),
    tensors: Object.fromEntries(tensors) as PerTensor<DrawnTensor>,
    loops: loops.map((loop, l) => drawnLoop(scene, loop, addressIn(loops, l, i), depth + l)),
    energy: shareOf(scene, level.energyShare),
    networkEnergy: shareOf(scene, level.networkShare),
    grid: memory?.fanout && { x: memory.fanout.x, y: memory.fanout.y, usedX: along('X'), usedY: along('Y') },
  };
}

const shareOf = ({ largestShare }: Scene, share: number | undefined): DrawnShare | undefined =>
  share === undefined ? undefined : { share, ofLargest: largestShare > 0 ? share / largestShare : 0 };

const KINDS: Readonly<Record<LoopView['kind'], LoopKind>> = {
  time: 'temporal',
  X: 'spatialX',
  Y: 'spatialY',
};

/** The view leaves out what the normal form does, and lists the kinds in the same order. */
function addressIn(loops: readonly LoopView[], l: number, level: number): LoopAddress {
  const { kind } = loops[l]!;
  return { level, kind: KINDS[kind], at: loops.slice(0, l).filter((loop) => loop.kind === kind).length };
}

function drawnLoop(scene: Scene, loop: LoopView, address: LoopAddress, depth: number): DrawnLoop {
  const { dimension, factor, kind } = loop;
  const tensors = TENSORS.map((tensor): [Tensor, DrawnEffect] => {
    const { tile, effect, words } = loop.tensors[tensor];
    const names = neighboursOf(scene, tensor, address.level, address.level + 1);
    const says = effectSays(tensor, loop, names);
    return [tensor, { tile, effect, saves: REUSES.has(effect), words, says }];
  });
  return {
    address,
    dimension,
    factor,
    kind,
    depth,
    text: loopText(loop),
    tensors: Object.fromEntries(tensors) as PerTensor<DrawnEffect>,
  };
}

/** The next levels that keep a tensor: above, among those up to `last`, and below, from `first` on. */
function neighboursOf({ kept, levels }: Scene, tensor: Tensor, last: number, first: number): Neighbours {
  const keeps = (keep: readonly Tensor[]) => keep.includes(tensor);
  const above = kept.slice(0, last + 1).findLastIndex(keeps);
  const below = kept.findIndex((keep, i) => i >= first && keeps(keep));
  const { name, memory } = levels[below < 0 ? kept.length : below]!;
  return { above: levels[above]!.name, below: memory ? name : 'the MACs' };
}

function tileOf(
  scene: Scene,
  { name, memory, kept }: LevelView,
  i: number,
  tensor: Tensor,
): Pick<DrawnTensor, 'tile' | 'says'> {
  if (memory === undefined) return { tile: undefined, says: '' };
  const accesses = kept[tensor];
  if (accesses === undefined) {
    return { tile: undefined, says: roundSays(tensor, name, neighboursOf(scene, tensor, i - 1, i + 1)) };
  }
  const { problem, sizes } = scene;
  const { tile: words, reads, fills, updates } = accesses;
  const lengths = tileLengths(problem, tensor, sizes[i]!);
  const axes = problem.tensors[tensor].map((axis, a) => ({
    dimensions: axis.map(({ dimension }) => dimension),
    length: lengths[a]!,
  }));
  const tile = { words, axes, reads, fills, updates };
  return { tile, says: tileSays(tensor, name, tile) };
}

function arrowOf(
  { levels, words }: Scene,
  { name, memory, traffic }: LevelView,
  i: number,
  tensor: Tensor,
): DrawnArrow | undefined {
  const moved = traffic[tensor];
  if (moved === undefined) return undefined;
  const above = levels.slice(0, i).findLast(({ kept }) => kept[tensor])!.name;
  const whole = levels[0]!.kept[tensor]!.tile;
  const [fewest, most] = words;
  const drawn = (one: number): DrawnWords => ({
    words: one,
    times: one / whole,
    width: one > 0 ? (most > fewest ? Math.log(one / fewest) / Math.log(most / fewest) : 0.5) : undefined,
  });
  const [down, up] = [drawn(moved.down), tensor === 'outputs' ? drawn(moved.up) : undefined];
  return { above, down, up, says: arrowSays(tensor, { above, below: memory ? name : 'the MACs' }, down, up) };
}

function capacityText(level: LevelView): string {
  if (level.memory === undefined) return '';
  if (level.memory.capacity === undefined) return 'no limit';
  return fillText(level) ?? 'a store for each tensor';
}

function storesIn({ memory, kept }: LevelView, keep: readonly Tensor[]): readonly DrawnStore[] {
  if (memory === undefined) return [];
  const times = memory.doubleBuffered ? 2 : 1;
  return storesOf(memory, keep).map(({ tensors, available }): DrawnStore => {
    const words = tensors.map((tensor) => times * kept[tensor]!.tile);
    const needed = words.reduce((sum, one) => sum + one, 0);
    const bar = Math.max(needed, available, 1);
    return {
      tiles: tensors.map((tensor, t) => ({ tensor, words: words[t]!, ofBar: words[t]! / bar })),
      needed,
      available,
      end: available / bar,
      fits: needed <= available,
    };
  });
}
