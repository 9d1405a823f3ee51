import type {
  AnalysisResult,
  DataflowResult,
  Energy,
  FeasibleLayer,
  Infeasibility,
  LayerResult,
  NetworkTotal,
} from '../analysis/result.ts';
import { DATA_TYPES, EYERISS_ENERGY, LEVELS, type PerLevelAndData } from '../hardware/energy.ts';

interface LayerShape {
  readonly name: string;
  readonly type: 'conv' | 'fc' | 'pool';
  readonly macs: number;
}

/** Words per MAC of ifmap, weight and psum. */
type PerMac = readonly [ifmap: number, weight: number, psum: number];

/** A layer that runs, its energies made from its accesses. */
function runs(
  { name, type, macs }: LayerShape,
  activePes: number,
  mapping: Readonly<Record<string, number>>,
  wordsPerMac: Readonly<Record<(typeof LEVELS)[number], PerMac>>,
): FeasibleLayer {
  const words = ([ifmap, weight, psum]: PerMac) => ({
    ifmap: ifmap * macs,
    weight: weight * macs,
    psum: psum * macs,
  });
  const { dram, glb, array, rf } = wordsPerMac;
  const accesses = { dram: words(dram), glb: words(glb), array: words(array), rf: words(rf) };
  const energy = energyOf(macs, accesses);
  const reuse = { a: 1, b: 2, c: 3, d: 4 };
  return {
    name,
    type,
    feasible: true,
    macs,
    activePes,
    delay: macs / activePes,
    mapping,
    accesses,
    energy,
    edp: energy.perMac / activePes,
    reuse: { ifmap: reuse, weight: reuse, psum: reuse },
    search: {
      spaceSize: 4.1e12,
      visited: 212,
      pruned: 4.1e12 - 212,
      prunedBy: { glb: 1e12 },
      boxes: 431,
      proven: true,
    },
  };
}

const cannotRun = ({ name, type, macs }: LayerShape, reason: Infeasibility): LayerResult => ({
  name,
  type,
  feasible: false,
  macs,
  reason,
});

function energyOf(macs: number, accesses: PerLevelAndData): Energy {
  const sum = (...values: number[]) => values.reduce((a, b) => a + b, 0);
  const level = (name: (typeof LEVELS)[number]) =>
    EYERISS_ENERGY[name] * sum(...DATA_TYPES.map((type) => accesses[name][type]));
  const data = (type: (typeof DATA_TYPES)[number]) =>
    sum(...LEVELS.map((name) => EYERISS_ENERGY[name] * accesses[name][type]));
  const byLevel = {
    alu: macs * EYERISS_ENERGY.alu,
    dram: level('dram'),
    glb: level('glb'),
    array: level('array'),
    rf: level('rf'),
  };
  const total = sum(...Object.values(byLevel));
  const byData = { ifmap: data('ifmap'), weight: data('weight'), psum: data('psum') };
  return { total, perMac: total / macs, byLevel, byData };
}

function totalOf(layers: readonly LayerResult[]): NetworkTotal | null {
  const running = layers.filter((layer) => layer.feasible);
  if (running.length < layers.length) return null;
  const sum = (of: (layer: FeasibleLayer) => number) => running.reduce((all, layer) => all + of(layer), 0);
  const macs = sum((layer) => layer.macs);
  const words = (name: (typeof LEVELS)[number]) => ({
    ifmap: sum((layer) => layer.accesses[name].ifmap),
    weight: sum((layer) => layer.accesses[name].weight),
    psum: sum((layer) => layer.accesses[name].psum),
  });
  const accesses = { dram: words('dram'), glb: words('glb'), array: words('array'), rf: words('rf') };
  const energy = energyOf(macs, accesses);
  const delayPerMac = sum((layer) => layer.delay) / macs;
  const { ifmap, weight, psum } = accesses.dram;
  return {
    macs,
    energyPerMac: energy.perMac,
    dramPerMac: (ifmap + weight + psum) / macs,
    delayPerMac,
    edp: energy.perMac * delayPerMac,
    energy,
  };
}

const underDataflow = (
  dataflow: string,
  title: string,
  rfBytes: number,
  glbBytes: number,
  layers: readonly LayerResult[],
): DataflowResult => ({
  dataflow,
  title,
  feasible: layers.every((layer) => layer.feasible),
  hardware: { pes: 256, rfBytes, glbBytes },
  layers,
  total: totalOf(layers),
});

const CONV1: LayerShape = { name: 'CONV1', type: 'conv', macs: 1_686_643_200 };
const CONV2: LayerShape = { name: 'CONV2', type: 'conv', macs: 3_583_180_800 };
const FC1: LayerShape = { name: 'FC1', type: 'fc', macs: 603_979_776 };

/** Three layers under three dataflows, of which one cannot run two of the layers. */
export const smallResult: AnalysisResult = {
  network: 'small',
  batch: 16,
  objective: 'energy',
  hardware: 'eyeriss-256',
  notMapped: ['POOL1', 'POOL2', 'POOL5'],
  results: [
    underDataflow('RS', 'row stationary', 512, 131_072, [
      runs(
        CONV1,
        154,
        { m: 96, n: 1, e: 7, p: 16, q: 1, r: 1, t: 2 },
        {
          dram: [0.0018, 0.0001, 0.0028],
          glb: [0.02, 0.01, 0.012],
          array: [0.09, 0.09, 0.1],
          rf: [1, 1, 2],
        },
      ),
      runs(
        CONV2,
        135,
        { m: 64, n: 1, e: 27, p: 16, q: 2, r: 1, t: 1 },
        {
          dram: [0.0021, 0.0009, 0.0008],
          glb: [0.03, 0.01, 0.04],
          array: [0.2, 0.04, 0.2],
          rf: [1, 1, 2],
        },
      ),
      runs(
        FC1,
        240,
        { m: 128, n: 16, e: 1, p: 16, q: 4, r: 4, t: 1 },
        {
          dram: [0.0002, 0.0625, 0.0001],
          glb: [0.01, 0.06, 0.02],
          array: [0.1, 0.06, 0.2],
          rf: [1, 1, 2],
        },
      ),
    ]),
    underDataflow('WS', 'weight stationary', 2, 327_680, [
      runs(
        CONV1,
        242,
        { g: 2, m: 96, c: 1 },
        {
          dram: [0.0011, 0.0001, 0.0031],
          glb: [0.05, 0.001, 0.7],
          array: [0.9, 0, 0.8],
          rf: [0, 1, 0],
        },
      ),
      cannotRun(CONV2, {
        limit: 'glb',
        unit: 'B',
        needed: 373_248,
        available: 327_680,
        message: 'its psums need 373248 B of GLB and 327680 B are there; batch 14 fits',
        largestBatch: 14,
      }),
      cannotRun(FC1, {
        limit: 'glb',
        unit: 'B',
        needed: 373_248,
        available: 327_680,
        message: 'its psums need 373248 B of GLB and 327680 B are there; batch 14 fits',
        largestBatch: 14,
      }),
    ]),
    underDataflow('NLR', 'no local reuse', 0, 337_920, [
      runs(
        CONV1,
        192,
        { g: 12, m: 16 },
        {
          dram: [0.0011, 0.0001, 0.0028],
          glb: [0.06, 1, 0.09],
          array: [0.94, 0, 0.9],
          rf: [0, 0, 0],
        },
      ),
      runs(
        CONV2,
        256,
        { g: 16, m: 16 },
        {
          dram: [0.0011, 0.0005, 0.0008],
          glb: [0.06, 1, 0.06],
          array: [0.94, 0, 0.94],
          rf: [0, 0, 0],
        },
      ),
      runs(
        FC1,
        256,
        { g: 16, m: 16 },
        {
          dram: [0.0003, 0.0625, 0.0001],
          glb: [0.0625, 1, 0.06],
          array: [0.94, 0, 0.94],
          rf: [0, 0, 0],
        },
      ),
    ]),
  ],
};

const SIX = [
  ['RS', 'row stationary'],
  ['WS', 'weight stationary'],
  ['OSA', 'output stationary A'],
  ['OSB', 'output stationary B'],
  ['OSC', 'output stationary C'],
  ['NLR', 'no local reuse'],
] as const;

/**
 * A result as long as ResNet-50's: bottleneck blocks under six dataflows, numbers from a small random
 * generator.
 */
export function longResult(convLayers = 53): AnalysisResult {
  const random = generator(7);
  const shapes: LayerShape[] = Array.from({ length: convLayers }, (_, i) => ({
    name: `resnetv17_stage${1 + (i >> 4)}_conv${i}_fwd`,
    type: 'conv',
    macs: Math.round(1e7 * 10 ** (2 * random())),
  }));
  shapes.push({ name: 'resnetv17_dense0_fwd', type: 'fc', macs: 2_048_000 });
  const results = SIX.map(([dataflow, title], d) =>
    underDataflow(
      dataflow,
      title,
      d === 0 ? 512 : 2,
      131_072 + d * 40_000,
      shapes.map((shape) => {
        if (dataflow === 'WS' && random() < 0.1) {
          const needed = 1000 * Math.ceil(1000 * random());
          const message = `the psums of one channel need ${needed} B of GLB and 262144 B are there; the largest batch that fits is 8`;
          return cannotRun(shape, { limit: 'glb', unit: 'B', needed, available: 262_144, message });
        }
        const near = d === 0 ? 1 : 0.2;
        const each = (most: number): PerMac => [most * random(), most * random(), most * random()];
        return runs(
          shape,
          Math.ceil(256 * random()),
          { m: Math.ceil(512 * random()), n: 1, e: 14, p: 16, q: 4, r: 2, t: 2 },
          {
            dram: each(shape.type === 'fc' ? 0.1 : 0.006),
            glb: each(0.3 / near ** 0.3),
            array: each(0.3 + d * 0.08),
            rf: [near, near, 2 * near],
          },
        );
      }),
    ),
  );
  return {
    network: 'resnet-50',
    batch: 16,
    objective: 'energy',
    hardware: 'eyeriss-256',
    notMapped: ['pool0', 'pool1'],
    results,
  };
}

/** The small result with other names: what networks from files may bring. */
export const renamedResult = (network: string, layerNames: readonly string[]): AnalysisResult => ({
  ...smallResult,
  network,
  notMapped: [`${layerNames[0]} pooled`],
  results: smallResult.results.map((one) => ({
    ...one,
    layers: one.layers.map((layer, i) => ({ ...layer, name: layerNames[i] ?? layer.name })),
  })),
});

/** Numbers in [0, 1) that are the same every time (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
