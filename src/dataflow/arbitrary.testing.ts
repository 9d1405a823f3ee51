/** Random layers, machines, cost tables and mappings to check searches on. */

import fc from 'fast-check';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError } from '../input-error.ts';
import { type LayerSpec, layerFromSpec, span } from '../layer/layer.ts';
import { type LayerShape, layerShape } from '../layer/shape.ts';
import {
  PARAMETERS,
  REFERENCE_DATAFLOWS,
  type ReferenceDataflow,
  type ReferenceMachine,
  type ReferenceMapping,
  referenceFits,
  referenceNeeds,
  spaceSize,
} from './reference.testing.ts';

export interface Case {
  readonly layer: LayerSpec;
  readonly batch: number;
  readonly machine: ReferenceMachine;
  readonly costs: EnergyCosts;
  /** For {@link generator}, where a check draws mappings. */
  readonly seed: number;
}

/** The most mappings, fitting or not, that a dataflow has in a {@link smallCase} of it. */
const LARGEST_SMALL_SPACE = 200_000;

/**
 * Cases that an exhaustive search of these dataflows (or of all) does in milliseconds, most with limits that bind,
 * some that cannot run. The fewer the dataflows and their parameters, the larger the layers.
 */
export function smallCase(...dataflows: readonly ReferenceDataflow[]): fc.Arbitrary<Case> {
  const searched = dataflows.length > 0 ? dataflows : REFERENCE_DATAFLOWS;
  return arbitraryCase(SMALL, (shape) =>
    searched.every((dataflow) => spaceSize(dataflow, shape) <= LARGEST_SMALL_SPACE),
  );
}

/** Cases of the size of real networks and chips. */
export const largeCase = (): fc.Arbitrary<Case> => arbitraryCase(LARGE, () => true);

/** The shape of a case's layer. */
export const shapeOf = ({ layer, batch }: Pick<Case, 'layer' | 'batch'>): LayerShape =>
  layerShape(layerFromSpec(layer), batch);

interface Sizes {
  readonly batch: fc.Arbitrary<number>;
  readonly groups: fc.Arbitrary<number>;
  /** Channels or filters, per group. */
  readonly planes: fc.Arbitrary<number>;
  /** Inputs' channels, or outputs, of a fully connected layer. */
  readonly neurons: fc.Arbitrary<number>;
  readonly kernel: fc.Arbitrary<number>;
  readonly stride: fc.Arbitrary<number>;
  readonly dilation: fc.Arbitrary<number>;
  readonly pad: fc.Arbitrary<number>;
  /** ofmap rows or columns. */
  readonly ofmap: fc.Arbitrary<number>;
  /** ofmap rows or columns of a pooling layer. */
  readonly pooled: fc.Arbitrary<number>;
  readonly pes: fc.Arbitrary<number>;
  readonly rfWords: fc.Arbitrary<number>;
  readonly glbWords: fc.Arbitrary<number>;
}

/** Without fast-check's taste for the ends of the range: of machines with one PE and no RF, there are enough. */
const from = (min: number, max: number) => fc.noBias(fc.integer({ min, max }));

const mostly = (max: number, atTimes: number) =>
  fc.oneof({ arbitrary: from(1, max), weight: 3 }, { arbitrary: from(1, atTimes), weight: 1 });

const SMALL: Sizes = {
  batch: mostly(4, 16),
  groups: from(1, 3),
  planes: mostly(6, 40),
  neurons: mostly(8, 60),
  kernel: from(1, 4),
  stride: from(1, 5),
  dilation: fc.constantFrom(1, 1, 1, 2, 3),
  pad: from(0, 2),
  ofmap: mostly(7, 20),
  pooled: from(1, 30),
  pes: from(1, 200),
  rfWords: from(0, 60),
  glbWords: from(0, 1000),
};

const LARGE: Sizes = {
  batch: fc.oneof(fc.constantFrom(1, 2, 4, 16, 64, 256), from(1, 256)),
  groups: fc.constantFrom(1, 1, 1, 2, 4, 32),
  planes: fc.oneof(fc.constantFrom(1, 3, 48, 64, 96, 128, 192, 256, 384, 512), from(1, 600)),
  neurons: fc.oneof(fc.constantFrom(10, 256, 512, 1000), from(1, 1000)),
  kernel: fc.constantFrom(1, 2, 3, 3, 3, 5, 7, 11),
  stride: fc.constantFrom(1, 1, 1, 2, 3, 4),
  dilation: fc.constantFrom(1, 1, 1, 1, 2, 4),
  pad: from(0, 3),
  ofmap: fc.oneof(fc.constantFrom(7, 13, 14, 27, 28, 55, 56, 112, 224), from(1, 240)),
  pooled: from(1, 240),
  pes: fc.oneof(fc.constantFrom(168, 256, 512, 1024), from(1, 2000)),
  rfWords: fc.oneof(fc.constantFrom(0, 1, 5, 49, 256, 512), from(0, 1024)),
  glbWords: fc.oneof(fc.constantFrom(54_000, 65_536, 171_000), from(0, 600_000)),
};

function arbitraryCase(sizes: Sizes, accept: (shape: LayerShape) => boolean): fc.Arbitrary<Case> {
  const layer = fc.oneof(
    { arbitrary: convLayer(sizes), weight: 6 },
    { arbitrary: fcLayer(sizes), weight: 2 },
    { arbitrary: poolLayer(sizes), weight: 1 },
  );
  return fc
    .record({ layer, batch: sizes.batch })
    .filter((drawn) => isCountable(drawn) && accept(shapeOf(drawn)))
    .chain((drawn) =>
      fc.record({
        layer: fc.constant(drawn.layer),
        batch: fc.constant(drawn.batch),
        machine: machineFor(sizes, shapeOf(drawn)),
        costs: energyCosts(),
        seed: from(0, 0x7fffffff),
      }),
    );
}

/** False for the few layers that are too large for exact counts. */
function isCountable(drawn: Pick<Case, 'layer' | 'batch'>): boolean {
  try {
    shapeOf(drawn);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}

function convLayer(sizes: Sizes): fc.Arbitrary<LayerSpec> {
  const direction = fc.record({
    kernel: sizes.kernel,
    stride: sizes.stride,
    dilation: sizes.dilation,
    before: sizes.pad,
    after: sizes.pad,
    ofmap: sizes.ofmap,
    /** In stride − 1: rows or columns that no filter position covers. */
    uncovered: sizes.stride,
  });
  const planes = fc.oneof(
    { arbitrary: fc.record({ groups: sizes.groups, C: sizes.planes, M: sizes.planes }), weight: 4 },
    { arbitrary: fc.record({ groups: sizes.planes, C: fc.constant(1), M: fc.constant(1) }), weight: 1 },
  );
  return fc.record({ v: direction, h: direction, planes }).map(({ v, h, planes: { groups, C, M } }) => ({
    name: 'conv',
    type: 'conv',
    input: [groups * C, ifmapSize(v), ifmapSize(h)],
    filters: groups * M,
    kernel: [v.kernel, h.kernel],
    stride: [v.stride, h.stride],
    dilation: [v.dilation, h.dilation],
    pad: [v.before, h.before, v.after, h.after],
    groups,
  }));
}

const fcLayer = (sizes: Sizes): fc.Arbitrary<LayerSpec> =>
  fc
    .record({ C: sizes.neurons, H: from(1, 7), W: from(1, 7), M: sizes.neurons })
    .map(({ C, H, W, M }) => ({ name: 'fc', type: 'fc', input: [C, H, W], filters: M }));

function poolLayer(sizes: Sizes): fc.Arbitrary<LayerSpec> {
  const direction = fc.record({
    kernel: sizes.kernel,
    stride: sizes.stride,
    dilation: fc.constant(1),
    before: sizes.pad,
    after: sizes.pad,
    ofmap: sizes.pooled,
    uncovered: sizes.stride,
  });
  return fc.record({ v: direction, h: direction, channels: sizes.planes }).map(({ v, h, channels }) => ({
    name: 'pool',
    type: 'pool',
    input: [channels, ifmapSize(v), ifmapSize(h)],
    kernel: [v.kernel, h.kernel],
    stride: [v.stride, h.stride],
    pad: [v.before, h.before, v.after, h.after],
  }));
}

/** Rows or columns of the ifmap without padding, at least one. */
function ifmapSize(direction: {
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly before: number;
  readonly after: number;
  readonly ofmap: number;
  readonly uncovered: number;
}): number {
  const { kernel, stride, dilation, before, after, ofmap, uncovered } = direction;
  const covered = (ofmap - 1) * stride + span(kernel, dilation);
  return Math.max(1, covered + ((uncovered - 1) % stride) - before - after);
}

/** A machine; mostly one that some mappings only just fit on, or only just do not. */
function machineFor(sizes: Sizes, shape: LayerShape): fc.Arbitrary<ReferenceMachine> {
  const sketch = fc.record({ seed: from(0, 0x7fffffff), pes: from(1, 300), rfWords: sizes.rfWords });
  const near = (limit: keyof ReferenceMachine, least: number, ...dataflows: ReferenceDataflow[]) =>
    fc
      .record({
        sketch,
        dataflow: fc.constantFrom(...dataflows),
        slack: fc.constantFrom(-1, 0, 0, 0, 1, 2, 5),
      })
      .map(({ sketch: { seed, pes, rfWords }, dataflow, slack }) => {
        const endless = { pes: Infinity, rfWords: Infinity, glbWords: Infinity };
        const machine = { ...endless, pes, rfWords };
        const mapping =
          randomMapping(dataflow, shape, machine, generator(seed)) ??
          randomMapping(dataflow, shape, endless, generator(seed));
        return Math.max(least, referenceNeeds(dataflow, shape, mapping!)[limit] + slack);
      });
  return fc.record({
    pes: fc.oneof(near('pes', 1, ...REFERENCE_DATAFLOWS), sizes.pes),
    rfWords: fc.oneof(
      { arbitrary: near('rfWords', 0, ...REFERENCE_DATAFLOWS), weight: 1 },
      { arbitrary: near('rfWords', 0, 'rs'), weight: 3 },
      { arbitrary: sizes.rfWords, weight: 2 },
    ),
    glbWords: fc.oneof(
      { arbitrary: near('glbWords', 0, ...REFERENCE_DATAFLOWS), weight: 3 },
      { arbitrary: sizes.glbWords, weight: 1 },
    ),
  });
}

/** The paper's costs; or small whole numbers, which make many ties; or decimals, which doubles do not hold. */
function energyCosts(): fc.Arbitrary<EnergyCosts> {
  const table = (cost: fc.Arbitrary<number>) =>
    fc.record({ dram: cost, glb: cost, array: cost, rf: cost, alu: cost });
  return fc.oneof(
    fc.constant(EYERISS_ENERGY),
    table(from(0, 5)),
    table(from(0, 300)),
    table(from(0, 30_000).map((thousandths) => thousandths / 1000)),
    table(fc.constantFrom(0, 0.1, 0.2, 0.3, 0.7, 1.1, 2.5e-7, 1e-3, 200.02)),
  );
}

/**
 * A mapping that fits, or `undefined` if none does.
 *
 * Parameters are drawn in random order (m before p and t, which it bounds), each from the values that still fit;
 * half of the time near the largest of them.
 */
export function randomMapping(
  dataflow: ReferenceDataflow,
  shape: LayerShape,
  machine: ReferenceMachine,
  rng: () => number,
): ReferenceMapping | undefined {
  const mapping: Record<string, number> = {};
  for (const parameter of PARAMETERS[dataflow]) mapping[parameter] = 1;
  const fits = () => referenceFits(dataflow, shape, machine, mapping);
  if (!fits()) return undefined;
  for (const parameter of drawingOrder(PARAMETERS[dataflow], rng)) {
    const range = Math.max(shape.M, shape.C, shape.N, shape.E, shape.F);
    let most = 1;
    for (let tooMany = range + 1; tooMany - most > 1; ) {
      const middle = Math.floor((most + tooMany) / 2);
      mapping[parameter] = middle;
      if (fits()) most = middle;
      else tooMany = middle;
    }
    const large = rng() < 0.5;
    mapping[parameter] = large ? most - Math.floor(rng() ** 4 * most) : 1 + Math.floor(rng() * most);
  }
  return mapping;
}

function drawingOrder(parameters: readonly string[], rng: () => number): string[] {
  const keys = new Map(parameters.map((parameter) => [parameter, rng()]));
  const [m, p, t] = ['m', 'p', 't'].map((parameter) => keys.get(parameter));
  if (m !== undefined) keys.set('m', Math.min(m, ...[p, t].filter((key) => key !== undefined)) - 1e-9);
  return [...parameters].sort((a, b) => keys.get(a)! - keys.get(b)!);
}

/** Random numbers from 0 to 1, the same ones for the same seed (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
