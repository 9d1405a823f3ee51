import type { LayerShape } from '../layer/shape.ts';
import type { Chip } from './chip.ts';
import { brokenChipLimits } from './limits.ts';
import { type ChipMapping, LETTERS, TILED } from './mapping.ts';

/**
 * The mapping closest to one that breaks limits, of those that fit: with fewest letters changed, then by the smallest
 * factors. Up to two letters are tried together; beyond that all are made smaller in proportion.
 *
 * @returns undefined where not even all ones fit
 */
export function nearestMapping(chip: Chip, shape: LayerShape, wanted: ChipMapping): ChipMapping | undefined {
  const fits = (mapping: ChipMapping) => brokenChipLimits(chip, shape, mapping).length === 0;
  const inRange = { ...wanted };
  for (const letter of LETTERS) inRange[letter] = Math.min(wanted[letter], shape[TILED[letter]]);
  if (fits(inRange)) return inRange;
  const one = withOneChanged(inRange, shape, fits);
  if (one !== undefined) return one.mapping;
  const pairs = LETTERS.flatMap((letter) =>
    valuesNear(inRange[letter], shape[TILED[letter]]).map((value) => {
      const found = withOneChanged({ ...inRange, [letter]: value }, shape, fits);
      return found && { ...found, change: found.change + distance(value, inRange[letter]) };
    }),
  );
  const two = closest(pairs);
  if (two !== undefined) return two.mapping;
  for (let factor = 2; factor <= 2 ** 20; factor *= 2) {
    const smaller = { ...inRange };
    for (const letter of LETTERS) smaller[letter] = Math.max(1, Math.floor(inRange[letter] / factor));
    if (fits(smaller)) return smaller;
  }
  return undefined;
}

interface Changed {
  readonly mapping: ChipMapping;
  readonly change: number;
}

const distance = (a: number, b: number): number => Math.abs(Math.log(a / b));

function withOneChanged(
  mapping: ChipMapping,
  shape: LayerShape,
  fits: (mapping: ChipMapping) => boolean,
): Changed | undefined {
  return closest(
    LETTERS.map((letter) => {
      const values = valuesNear(mapping[letter], shape[TILED[letter]]);
      const value = values.find((one) => fits({ ...mapping, [letter]: one }));
      return value === undefined
        ? undefined
        : { mapping: { ...mapping, [letter]: value }, change: distance(value, mapping[letter]) };
    }),
  );
}

const closest = (found: readonly (Changed | undefined)[]): Changed | undefined =>
  found.filter((one) => one !== undefined).sort((a, b) => a.change - b.change)[0];

/** The values that a letter can have, the closest first; of many, those below and only some above. */
function valuesNear(value: number, most: number): number[] {
  const step = Math.max(1, Math.floor(most / 256));
  const values = Array.from({ length: Math.ceil(most / step) }, (_, i) => 1 + i * step);
  return values.filter((one) => one !== value).sort((a, b) => distance(a, value) - distance(b, value));
}
