import type { Limit, LimitName } from '../dataflow/dataflow.ts';
import type { LayerShape } from '../layer/shape.ts';
import type { Chip } from './chip.ts';
import { stripSize } from './geometry.ts';
import { banksFor } from './glb.ts';
import { idsNeeded } from './ids.ts';
import { type ChipMapping, LETTERS, TILED } from './mapping.ts';
import { rowsTaken } from './placement.ts';

/** What a mapping must not need more of than there is. */
export interface ChipLimit extends Limit<ChipMapping> {
  /** What it counts, and how it comes about: `words of the filter scratchpad, p·q·S`. */
  readonly means: string;
}

/** Words of ifmap strips in the GLB: n images, q·r channels, the rows and columns under a strip of e × f. */
export function ifmapStripWords(shape: LayerShape, { n, e, q, r, f }: ChipMapping): number {
  const { rows, columns } = stripSize(shape, e, f);
  return n * q * r * rows * columns;
}

/** Words of psum strips in the GLB: n images, m filters, e × f. */
export const psumStripWords = ({ n, m, e, f }: ChipMapping): number => n * m * e * f;

/** Everything that a mapping of a layer of this shape must keep on a chip; none of it falls where a letter grows. */
export function chipLimits(chip: Chip, shape: LayerShape): readonly ChipLimit[] {
  const { array, scratchpads, glb } = chip;
  const { C, R, S } = shape;
  const isPool = shape.type === 'pool';
  const limits: ChipLimit[] = [
    {
      name: 'filter scratchpad',
      means: 'words of the filter scratchpad, p·q·S',
      needed: ({ p, q }) => (isPool ? 0 : p * q * S),
      available: scratchpads.filterWords,
    },
    {
      name: 'ifmap scratchpad',
      means: 'words of the ifmap scratchpad, q·S',
      needed: ({ q }) => q * S,
      available: scratchpads.ifmapWords,
    },
    {
      name: 'psum scratchpad',
      means: 'words of the psum scratchpad, p',
      needed: ({ p }) => p,
      available: scratchpads.psumWords,
    },
    {
      name: 'array',
      risesInStepsWith: ['e', 'r', 't'],
      means: `rows of PEs for r·t sets of ${R} × e in an array of ${array.columns} columns`,
      needed: (mapping) => rowsTaken(array, R, mapping),
      available: array.rows,
    },
    {
      name: 'glb',
      risesInStepsWith: ['m', 'n', 'e', 'q', 'r', 'f'],
      means: 'banks of the GLB, for n·q·r ifmap strips and n·m psum strips',
      needed: (mapping) =>
        banksFor(glb, ifmapStripWords(shape, mapping)) + banksFor(glb, psumStripWords(mapping)),
      available: glb.banks,
    },
    { name: 'channels', means: 'channels, q·r', needed: ({ q, r }) => q * r, available: C },
    {
      name: 'filters',
      means: 'filters in the GLB, p·t',
      needed: ({ p, t }) => p * t,
      available: ({ m }) => m,
    },
  ];
  const networks = { ifmap: chip.ifmapNetwork, filter: chip.filterNetwork, psum: chip.psumNetwork };
  for (const data of ['ifmap', 'filter', 'psum'] as const) {
    const { rowIdBits, columnIdBits } = networks[data];
    limits.push(
      {
        name: 'ids',
        risesInStepsWith: ['e', 'r', 't'],
        means: `IDs of X-buses on the ${data} network`,
        needed: (mapping) => idsNeeded(array, shape, mapping)[data].rows,
        available: 2 ** rowIdBits,
      },
      {
        name: 'ids',
        risesInStepsWith: ['e', 'r', 't'],
        means: `IDs of PEs on the ${data} network`,
        needed: (mapping) => idsNeeded(array, shape, mapping)[data].columns,
        available: 2 ** columnIdBits,
      },
    );
  }
  return limits;
}

/** A limit that a mapping breaks. */
export interface BrokenChipLimit {
  readonly name: LimitName | 'range';
  readonly means: string;
  readonly needed: number;
  readonly available: number;
}

/** The limits that a mapping breaks: none if the chip can run it. Letters beyond the layer's sizes come first. */
export function brokenChipLimits(chip: Chip, shape: LayerShape, mapping: ChipMapping): BrokenChipLimit[] {
  const beyond = LETTERS.filter((letter) => mapping[letter] > shape[TILED[letter]]).map((letter) => ({
    name: 'range' as const,
    means: `${letter}, of ${TILED[letter]}`,
    needed: mapping[letter],
    available: shape[TILED[letter]],
  }));
  const broken = chipLimits(chip, shape).map(({ name, means, needed, available }) => ({
    name,
    means,
    needed: needed(mapping),
    available: typeof available === 'number' ? available : available(mapping),
  }));
  return [...beyond, ...broken.filter(({ needed, available }) => needed > available)];
}
