import type { Architecture, MemoryLevel } from '../loopnest/architecture.ts';
import type { Accesses } from '../loopnest/counts.ts';
import { type NestEvaluation, paddedProblem } from '../loopnest/evaluate.ts';
import type { NetworkMapping } from '../loopnest/map-result.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import { asTensorSees, type Loop, nestOf, tileLengths, tileWords } from '../loopnest/nest.ts';
import { type LoopProblem, type PerTensor, TENSORS, type Tensor } from '../loopnest/problem.ts';
import { distinctPositions, fetchedWords, type TileLoop } from '../loopnest/walk.ts';

/** A mapping with what it is a mapping of: what is shown of one loop nest. */
export interface ShownNest {
  /** Its name is the nest's. */
  readonly problem: LoopProblem;
  readonly architecture: Architecture;
  readonly mapping: LoopMapping;
  readonly evaluation: NestEvaluation;
}

/** The mapping of a network, with what its result leaves out. */
export interface MappedNetwork {
  readonly result: NetworkMapping;
  readonly architecture: Architecture;
  /** Of the layers, in their order. */
  readonly problems: readonly LoopProblem[];
}

/** The nests of the layers that have one. */
export const nestsOf = ({ result, architecture, problems }: MappedNetwork): readonly ShownNest[] =>
  result.layers.flatMap((layer, i) =>
    layer.feasible ? [{ problem: { ...problems[i]!, name: layer.name }, architecture, ...layer }] : [],
  );

/**
 * What a loop does to a tensor. In time, to its tile in the next buffer below that keeps it: it `stays`, `slides` by less
 * than its length so that only a part is new, a `new` one comes, or the same come `again`. In space, to the tiles of the
 * instances side by side: each has its part of it (`split`), parts that have much in common (`overlap`), all have the
 * same (`shared`), or all add to the same psums (`added`).
 */
export type Effect = 'stays' | 'slides' | 'new' | 'again' | 'shared' | 'added' | 'partly' | 'split';

/** Effects that keep words from being moved. */
export const REUSES: ReadonlySet<Effect | undefined> = new Set(['stays', 'shared', 'added', 'partly']);

/** What stands beside a loop for one tensor; a step moves the tensor's tile as {@link TileLoop} says. */
export interface LoopTensor extends Pick<TileLoop, 'axis' | 'step'> {
  /** Words of the tensor that all inside the loop works on. */
  readonly tile: number;
  /** None in the loops that the tensor's innermost buffer runs: a MAC takes its operands anew in every cycle. */
  readonly effect: Effect | undefined;
  /** Words that the steps of a loop in time move over the whole run, to or from the buffer above. */
  readonly words: number;
}

export interface LoopView {
  readonly dimension: string;
  readonly factor: number;
  /** In time, or in space along an axis. */
  readonly kind: 'time' | 'X' | 'Y';
  readonly tensors: PerTensor<LoopTensor>;
}

/** Words that a buffer (or the MACs) exchanges with the next one above that keeps the tensor, over the whole run. */
export interface Traffic {
  /** Read above to come down. */
  readonly down: number;
  /** psums that arrive above. */
  readonly up: number;
}

/** A level with its loops, or the MACs, which have none. */
export interface LevelView {
  readonly name: string;
  /** None for the MACs. */
  readonly memory: MemoryLevel | undefined;
  /** Instances that the mapping uses. */
  readonly instances: number;
  /** What one instance keeps, and how often that is accessed. */
  readonly kept: Partial<PerTensor<Accesses>>;
  /** What comes to the level from above, and goes there. */
  readonly traffic: Partial<PerTensor<Traffic>>;
  /** Outermost first, those in space last. */
  readonly loops: readonly LoopView[];
  /** Share of the whole energy that its accesses take, from 0 to 1; none where nothing costs energy. */
  readonly energyShare: number | undefined;
  /** The same of the network that brings words here; none where there is no network or it is free. */
  readonly networkShare: number | undefined;
}

/** A nest as it is shown, level by level, outermost first; the MACs are the last. */
export function nestView(nest: ShownNest): readonly LevelView[] {
  const { architecture, evaluation } = nest;
  const { total, byLevel } = evaluation.energy;
  const share = (part: string) => (total > 0 ? (byLevel[part] ?? 0) / total : undefined);
  const counts = architecture.levels.map(({ name }) => evaluation.counts[name]!);
  const loops = loopViews(nest);
  const instances = [1];
  for (const level of loops) {
    const here = level.reduce((n, { kind, factor }) => (kind === 'time' ? n : n * factor), 1);
    instances.push(instances.at(-1)! * here);
  }
  const trafficTo = (i: number): Partial<PerTensor<Traffic>> => {
    const here = TENSORS.filter((tensor) => i > 0 && (i === counts.length || counts[i]![tensor]));
    return Object.fromEntries(
      here.map((tensor) => {
        const above = counts.slice(0, i).findLast((level) => level[tensor])![tensor]!;
        return [tensor, { down: above.reads, up: above.updates }];
      }),
    );
  };
  return [...architecture.levels, undefined].map((memory, i): LevelView => {
    const name = memory?.name ?? 'MAC';
    const above = architecture.levels[i - 1];
    return {
      name,
      memory,
      instances: instances[i]!,
      kept: counts[i] ?? {},
      traffic: trafficTo(i),
      loops: loops[i] ?? [],
      energyShare: share(name),
      networkShare: above?.fanout && (share(`${above.name} network`) || undefined),
    };
  });
}

/** A loop where it stands. */
interface PlacedLoop extends Loop {
  readonly kind: LoopView['kind'];
  /** Index of its level. */
  readonly level: number;
  /** Sizes of what all inside the loop covers. */
  readonly sizes: ReadonlyMap<string, number>;
}

/** The loops of a mapping, innermost first; those of factor 1 are left out. */
function placedLoops(mapping: LoopMapping): readonly PlacedLoop[] {
  const covered = new Map<string, number>();
  const place = (level: number, kind: PlacedLoop['kind'], loop: Loop): PlacedLoop => {
    const sizes = new Map(covered);
    covered.set(loop.dimension, loop.inside * loop.factor);
    return { ...loop, level, kind, sizes };
  };
  return nestOf(mapping)
    .map(({ temporal, spatial }, level) => {
      const { spatialY = [] } = mapping.levels[level]!;
      const alongY = spatialY.filter(([, factor]) => factor > 1).length;
      return [
        ...spatial.map((loop, i) => ({ level, loop, kind: i < alongY ? ('Y' as const) : ('X' as const) })),
        ...temporal.map((loop) => ({ level, loop, kind: 'time' as const })),
      ];
    })
    .toReversed()
    .flat()
    .map(({ level, kind, loop }) => place(level, kind, loop));
}

/** The loops of each level, outermost first. */
function loopViews(nest: ShownNest): readonly (readonly LoopView[])[] {
  const whole = paddedProblem(nest.problem, nest.mapping);
  const loops = placedLoops(nest.mapping);
  const views = loops.map((loop): LoopView => {
    const tensors = TENSORS.map((tensor): [Tensor, LoopTensor] => [
      tensor,
      {
        ...asTensorSees(nest.problem, tensor, loop),
        tile: tileWords(whole, tensor, loop.sizes),
        ...effectOn(tensor, loop, loops, nest),
      },
    ]);
    const { dimension, factor, kind } = loop;
    return { dimension, factor, kind, tensors: Object.fromEntries(tensors) as PerTensor<LoopTensor> };
  });
  return nest.mapping.levels.map((_, level) =>
    views.filter((_, i) => loops[i]!.level === level).toReversed(),
  );
}

/** What a loop does to a tensor on its way from the buffer above the loop to the next below it. */
function effectOn(
  tensor: Tensor,
  loop: PlacedLoop,
  loops: readonly PlacedLoop[],
  { problem, mapping, evaluation }: ShownNest,
): Pick<LoopTensor, 'effect' | 'words'> {
  const kept = mapping.levels.map(({ keep }) => keep.includes(tensor));
  const above = kept.lastIndexOf(true, loop.level);
  const below = kept.indexOf(true, loop.level + 1);
  const asSeen = (one: Loop) => asTensorSees(problem, tensor, one);

  if (loop.kind !== 'time') {
    const { axis } = asSeen(loop);
    if (axis < 0) return { effect: tensor === 'outputs' ? 'added' : 'shared', words: 0 };
    const alongAxis = loops
      .filter(({ kind, level }) => kind !== 'time' && level >= above && (below < 0 || level < below))
      .map(asSeen)
      .filter((one) => one.axis === axis);
    const instances = alongAxis.reduce((all, { factor }) => all * factor, 1);
    return { effect: distinctPositions(alongAxis) < instances ? 'partly' : 'split', words: 0 };
  }

  if (below < 0) return { effect: undefined, words: 0 };
  const outside = loops.filter(({ kind, level }) => kind === 'time' && level < below);
  const at = outside.indexOf(loop);
  const lengths = tileLengths(problem, tensor, nestOf(mapping)[below]!.sizes);
  const tile = lengths.reduce((words, length) => words * length, 1);
  const times = (from: number) => outside.slice(from).reduce((all, { factor }) => all * factor, 1);
  const fetched = (loops: readonly Loop[]) => fetchedWords(lengths, loops.map(asSeen), evaluation.convention);
  /** Words that the first so many loops bring after the first tile, in all repetitions by those outside them. */
  const brought = (count: number) => (fetched(outside.slice(0, count)) - tile) * times(count);
  const words = brought(at + 1) - brought(at);
  const { reads, updates } = evaluation.counts[mapping.levels[above]!.name]![tensor]!;
  const copies = (tensor === 'outputs' ? updates : reads) / fetched(outside);
  return { effect: effectInTime(), words: words * copies };

  function effectInTime(): Effect {
    if (words === 0) return 'stays';
    if (asSeen(loop).axis < 0) return 'again';
    return words < (loop.factor - 1) * times(at + 1) * tile ? 'slides' : 'new';
  }
}
