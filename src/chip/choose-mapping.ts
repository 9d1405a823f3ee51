import type { EnergyCosts } from '../hardware/energy.ts';
import { InputError, type Problem } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import type { Layer } from '../layer/layer.ts';
import type { LayerShape } from '../layer/shape.ts';
import type { SearchReport } from '../search/search.ts';
import { bestChipMapping } from './best-mapping.ts';
import type { Chip } from './chip.ts';
import { chipLayer, partShape } from './geometry.ts';
import { type BrokenChipLimit, brokenChipLimits } from './limits.ts';
import { type ChipMapping, LETTERS, mappingText } from './mapping.ts';
import { shapeProblems } from './native.ts';
import { nearestMapping } from './nearest-mapping.ts';
import { PUBLISHED_ALEXNET } from './published.ts';
import { countPasses } from './schedule.ts';

/**
 * Which mapping a layer runs in: the one with least energy by the framework's counts; the one that the chip's papers give;
 * or these letters, f being the whole row and all others 1 where they are not given.
 */
export type MappingChoice = 'best' | 'published' | Readonly<Partial<ChipMapping>>;

/** A mapping, and where it is from. */
export interface ChosenMapping {
  readonly mapping: ChipMapping;
  /** Of the search for the best. */
  readonly search?: SearchReport | undefined;
  /** What there is to know about a published one. */
  readonly note?: string | undefined;
}

/** The most passes of a layer: what is known of each takes half a kilobyte. */
const MOST_PASSES = 2 ** 21;

/**
 * The mapping of a layer.
 *
 * @throws InputError if the chip cannot run the layer, no mapping of it has been published, the letters break a limit: then
 * with the limit, its value and the nearest mapping that fits; or if it takes millions of passes. The path begins with the
 * layer's name, or is `mapping`.
 */
export function chooseMapping(
  chip: Chip,
  layer: Layer,
  batch: number,
  choice: MappingChoice,
  costs: EnergyCosts,
): ChosenMapping {
  const chosen = chosenMapping(chip, layer, batch, choice, costs);
  const passes = countPasses(chipLayer(layer, batch), chosen.mapping, chip.nativeShapes);
  if (passes <= MOST_PASSES) return chosen;
  throw new InputError({
    code: 'out-of-range',
    path: ['mapping'],
    found: `${passes} passes of ${layer.name}`,
    allowed: `at most ${MOST_PASSES}: larger letters, fewer images, or a chip that holds more`,
  });
}

function chosenMapping(
  chip: Chip,
  layer: Layer,
  batch: number,
  choice: MappingChoice,
  costs: EnergyCosts,
): ChosenMapping {
  const problems = shapeProblems(chip.nativeShapes, layer);
  if (problems.length > 0) throw new InputError(...problems);
  const shape = partShape(chipLayer(layer, batch), chip.nativeShapes);
  const ones = Object.fromEntries(LETTERS.map((letter) => [letter, 1])) as ChipMapping;
  const [hopeless] = brokenChipLimits(chip, shape, ones);
  if (hopeless !== undefined) {
    const { means, needed, available } = hopeless;
    const allowed = `at most ${available} ${means}, on this chip`;
    throw new InputError({ code: 'does-not-fit', path: [layer.name], found: needed, allowed });
  }
  if (choice === 'best') {
    const found = bestChipMapping(chip, shape, costs);
    if (!found.feasible) throw new Error(`${layer.name}: all ones fit, but no mapping was found`);
    return found;
  }
  if (choice === 'published') return published(chip, layer, shape);
  const mapping = { ...ones, f: shape.F, ...choice };
  const broken = brokenChipLimits(chip, shape, mapping);
  if (broken.length > 0) throw new InputError(problemOf(chip, layer, shape, mapping, broken[0]!));
  return { mapping };
}

/** @throws InputError with those layers whose mapping has not been published. */
export function refuseUnpublished(layers: readonly Layer[]): void {
  const others = layers.filter((layer) => !isPublished(layer)).map(({ name }) => name);
  if (others.length === 0) return;
  const allowed = `best, or letters: only ${Object.keys(PUBLISHED_ALEXNET).join(', ')} of alexnet have been published`;
  const found = `published, for ${others.slice(0, MOST_NAMED).join(', ')}${others.length > MOST_NAMED ? ' …' : ''}`;
  throw new InputError({ code: 'not-allowed', path: ['mapping'], found, allowed });
}

/** Layers that a message names. */
const MOST_NAMED = 12;

function isPublished(layer: Layer): boolean {
  const original = builtinNetwork('alexnet').layers.find(({ name }) => name === layer.name);
  return PUBLISHED_ALEXNET[layer.name] !== undefined && JSON.stringify(original) === JSON.stringify(layer);
}

function published(chip: Chip, layer: Layer, shape: LayerShape): ChosenMapping {
  refuseUnpublished([layer]);
  const known = PUBLISHED_ALEXNET[layer.name]!;
  // Fewer images than the paper's four all fit into a pass
  const mapping = { ...known.mapping, n: Math.min(known.mapping.n, shape.N), f: shape.F };
  const broken = brokenChipLimits(chip, shape, mapping);
  if (broken.length > 0) throw new InputError(problemOf(chip, layer, shape, mapping, broken[0]!));
  return { mapping, note: known.note };
}

function problemOf(
  chip: Chip,
  layer: Layer,
  shape: LayerShape,
  mapping: ChipMapping,
  { means, needed, available }: BrokenChipLimit,
): Problem {
  const nearest = nearestMapping(chip, shape, mapping);
  return {
    code: 'does-not-fit',
    path: ['mapping'],
    found: `${mappingText(mapping, shape)}, for ${layer.name}`,
    allowed: `at most ${available} ${means}, not ${needed}${nearest ? `; the nearest that fits is ${mappingText(nearest, shape)}` : ''}`,
  };
}

/**
 * The letters of a mapping from `m=64,n=4,…`.
 *
 * @throws InputError if a letter is unknown or comes twice, or a value is not a whole number from 1.
 */
export function parseMapping(text: string): Partial<ChipMapping> {
  const mapping: Partial<Record<keyof ChipMapping, number>> = {};
  for (const part of text.split(',')) {
    const [, letter, value] = /^\s*([a-z]+)\s*=\s*(\d{1,9})\s*$/.exec(part) ?? [];
    const known = LETTERS.find((one) => one === letter);
    if (known === undefined || Number(value) < 1 || mapping[known] !== undefined) {
      const allowed = `best, published, or letters of ${LETTERS.join(', ')}, each once, with whole numbers from 1: m=64,n=4`;
      throw new InputError({ code: 'not-allowed', path: ['mapping'], found: part.trim(), allowed });
    }
    mapping[known] = Number(value);
  }
  return mapping;
}
