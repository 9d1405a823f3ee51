import type { Architecture } from '../src/loopnest/architecture.ts';
import { mapNest } from '../src/loopnest/map.ts';
import type { FoundNest, MapOptions } from '../src/loopnest/map-result.ts';
import { type ConvolutionSizes, convolution, TENSORS } from '../src/loopnest/problem.ts';

/** DRAM, a GLB of 256 words for each PE, and a square array of PEs, each with 256 words of RF. */
export function squareArray(side: number): Architecture {
  const each = (energy: number) => ({ read: energy, fill: energy, update: energy });
  const level = { holds: TENSORS, doubleBuffered: false };
  return {
    name: `${side} × ${side}`,
    wordBits: 16,
    macEnergy: 1,
    levels: [
      { name: 'DRAM', energy: each(200), ...level },
      {
        name: 'GLB',
        capacity: 256 * side * side,
        energy: each(6),
        fanout: { x: side, y: side, energy: 0 },
        ...level,
      },
      { name: 'RF', capacity: 256, energy: each(1), ...level },
    ],
  };
}

/** AlexNet's convolutional layers as they stand in Table II of ISCA 2016, without groups, and the milliseconds to beat. */
export const ALEXNET: readonly {
  readonly name: string;
  readonly sizes: ConvolutionSizes;
  readonly ms: number;
}[] = [
  { name: 'CONV1', sizes: { M: 96, C: 3, R: 11, S: 11, P: 55, Q: 55, strideP: 4, strideQ: 4 }, ms: 160 },
  { name: 'CONV2', sizes: { M: 256, C: 48, R: 5, S: 5, P: 27, Q: 27 }, ms: 1100 },
  { name: 'CONV3', sizes: { M: 384, C: 256, R: 3, S: 3, P: 13, Q: 13 }, ms: 340 },
  { name: 'CONV4', sizes: { M: 384, C: 192, R: 3, S: 3, P: 13, Q: 13 }, ms: 780 },
  { name: 'CONV5', sizes: { M: 256, C: 192, R: 3, S: 3, P: 13, Q: 13 }, ms: 260 },
];

/** The best mapping of a convolution onto a square array. */
export function mapOnto(side: number, sizes: ConvolutionSizes, options: MapOptions = {}): FoundNest {
  const outcome = mapNest(convolution('conv', sizes), squareArray(side), options);
  if (!outcome.feasible) throw new Error(outcome.reason.message);
  return outcome;
}

/** 3 × 3 layers of 14 × 14 on arrays up to 16,384 PEs: channels, and as many filters, by PEs. */
export function timesBySize(milliseconds: (work: () => unknown) => number) {
  return [16, 64, 128].flatMap((side) =>
    [64, 256, 1024, 4096].map((channels) => {
      const sizes = { M: channels, C: channels, R: 3, S: 3, P: 14, Q: 14 };
      return { pes: side * side, channels, ms: milliseconds(() => mapOnto(side, sizes)) };
    }),
  );
}
