import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import type { Bandwidth } from '../architecture.ts';
import { checkedAt } from './timeloop-file.ts';

type Path = Problem['path'];

/** The form of a component of an architecture. */
export const componentSchema = z.looseObject({
  name: z.string().min(1),
  class: z.string().min(1),
  attributes: z.record(z.string(), z.unknown()).nullish(),
});

export type Component = z.output<typeof componentSchema>;

/** Whether a component stores, computes or connects, by its class, as Timeloop tells. */
export function kindOf({ class: name }: Component): 'storage' | 'compute' | 'network' | undefined {
  if (/DRAM|SRAM|regfile|smartbuffer|storage/.test(name)) return 'storage';
  if (/mac|compute/.test(name)) return 'compute';
  return /XY_NoC|Legacy|ReductionTree|SimpleMulticast/.test(name) ? 'network' : undefined;
}

/** All instances of a component, in a grid. */
export interface Mesh {
  readonly x: number;
  readonly y: number;
}

/** What a component is, as far as it matters to a loop nest. */
interface Unit {
  readonly mesh: Mesh;
  /** Attributes that change nothing that is counted here. */
  readonly leftOut: readonly string[];
}

/** A memory as Timeloop describes it. */
export interface Storage extends Unit {
  readonly wordBits: number;
  /** Words of a row, which one access reads or writes. */
  readonly rowWords: number;
  /** Words; `undefined`: without limit. */
  readonly capacity: number | undefined;
  readonly doubleBuffered: boolean;
  readonly bandwidth: Bandwidth | undefined;
}

const whole = (least: number, most: number) => z.int().min(least).max(most);
const size = whole(1, 1e9);
const wordsPerCycle = z.number().min(1e-6).max(1e12);

/** The attributes that matter, each with its keys in all versions, of which the first that is given counts. */
const NUMBERS = {
  wordBits: { keys: ['word-bits', 'word_bits', 'word_width', 'datawidth'], form: whole(1, 64) },
  rowWords: { keys: ['block-size', 'block_size', 'n_words'], form: size },
  width: { keys: ['width', 'memory_width', 'data_storage_width'], form: size },
  entries: { keys: ['entries'], form: whole(0, 1e12) },
  depth: { keys: ['depth', 'memory_depth', 'data_storage_depth'], form: whole(0, 1e12) },
  kilobytes: { keys: ['sizeKB'], form: whole(0, 1e9) },
  buffers: { keys: ['multiple-buffering', 'multiple_buffering'], form: z.number() },
  bandwidth: { keys: ['bandwidth'], form: wordsPerCycle },
  read: { keys: ['read_bandwidth'], form: wordsPerCycle },
  write: { keys: ['write_bandwidth'], form: wordsPerCycle },
  instances: { keys: ['instances'], form: whole(1, 1e12) },
  meshX: { keys: ['meshX'], form: whole(1, 1e12) },
  meshY: { keys: ['meshY'], form: whole(1, 1e12) },
} as const;

type What = keyof typeof NUMBERS;

/** What a MAC has of these. */
const OF_COMPUTE: readonly What[] = ['wordBits', 'instances', 'meshX', 'meshY'];

/** What changes Timeloop's counts, cycles or energies beyond the model, by its values that do not; and why it would. */
const BEYOND: readonly (readonly [keys: string, harmless: readonly unknown[], why: string])[] = [
  ['cluster-size cluster_size', [1], 'the model has no rows that instances share'],
  ['min-utilization min_utilization', [0], 'the model has no least fill of a memory'],
  ['allow_overbooking', [false], 'a tile has to fit'],
  ['shared_bandwidth', [], 'the model has read_bandwidth and write_bandwidth'],
  ['per_dataspace_bandwidth_consumption_scale', [], 'to bandwidth, all words are alike'],
  ['network_read network_fill network_drain network_update', [], 'the model has no networks with names'],
  ['network_operand network_result', [], 'the model has no networks with names'],
  ['network_fill_latency network_drain_latency', [0], 'the model has no latency'],
  ['network-type network_type', ['1:1', '1:N'], 'a level serves those below it only'],
  [
    'router-energy router_energy wire-energy wire_energy',
    [0],
    'the model knows words over a fan-out, no hops',
  ],
  ['addr-gen-energy addr_gen_energy', [0], 'to the model, addresses cost nothing'],
];

/** The attributes of a component, each number by its kind, with the key that it has in the file. */
interface Attributes {
  readonly numberOf: (what: What) => number | undefined;
  readonly keyOf: (what: What) => string | undefined;
  readonly technology: unknown;
  readonly leftOut: readonly string[];
  /** Where they stand in the file. */
  readonly path: Path;
}

/** @throws InputError if one has a wrong value, or changes what the model does not cover. */
function attributesOf(component: Component, kinds: readonly What[], at: Path): Attributes {
  const { name: _, class: __, attributes, ...others } = component;
  // Old files have them beside name and class
  const isBeside = attributes === undefined || attributes === null;
  const given: Record<string, unknown> = isBeside ? others : attributes;
  const path = isBeside ? at : [...at, 'attributes'];
  const forms = kinds.flatMap((kind) =>
    NUMBERS[kind].keys.map((key) => [key, NUMBERS[kind].form.optional()] as const),
  );
  checkedAt(z.looseObject(Object.fromEntries(forms)), given, path);
  for (const [keys, harmless, why] of BEYOND) {
    const key = keys.split(' ').find((one) => Object.hasOwn(given, one) && !harmless.includes(given[one]));
    if (key === undefined) continue;
    const allowed = `${harmless.length > 0 ? harmless.join(' or ') : 'none'}: ${why}`;
    throw new InputError({ code: 'not-allowed', path: [...path, key], found: given[key], allowed });
  }
  const known = new Set([...forms.map(([key]) => key), ...BEYOND.flatMap(([keys]) => keys.split(' '))]);
  const keyOf = (what: What) => NUMBERS[what].keys.find((key) => Object.hasOwn(given, key));
  const beside = isBeside ? [] : Object.keys(others);
  return {
    numberOf: (what) => {
      const key = keyOf(what);
      return key === undefined ? undefined : (given[key] as number);
    },
    keyOf,
    technology: given.technology,
    leftOut: [...Object.keys(given).filter((key) => !known.has(key)), ...beside],
    path,
  };
}

/** Timeloop's words where nothing is said. */
const WORD_BITS = 16;

/**
 * A memory of `count` instances.
 *
 * @param path where the component stands in the file
 * @throws InputError if an attribute has a wrong value or one that the model does not cover, or the size is missing.
 */
export function storageOf(component: Component, count: number, path: Path): Storage {
  const attributes = attributesOf(component, Object.keys(NUMBERS) as What[], path);
  const { numberOf, technology, leftOut } = attributes;
  const wordBits = numberOf('wordBits') ?? WORD_BITS;
  const rowWords = rowWordsOf(attributes, wordBits);
  const isLimitless = component.class.includes('DRAM') || technology === 'DRAM';
  const each = numberOf('bandwidth');
  const [read, write] = (['read', 'write'] as const).map((port) => numberOf(port) ?? (each && each / 2));
  return {
    wordBits,
    rowWords,
    capacity: capacityOf(attributes, wordBits, rowWords, isLimitless),
    doubleBuffered: isDoubleBuffered(attributes),
    bandwidth: read === undefined && write === undefined ? undefined : { read, write },
    mesh: meshOf(attributes, count),
    leftOut,
  };
}

/** The arithmetic, of `count` instances. */
export function computeOf(component: Component, count: number, path: Path): Unit {
  const attributes = attributesOf(component, OF_COMPUTE, path);
  return { mesh: meshOf(attributes, count), leftOut: attributes.leftOut };
}

function rowWordsOf({ numberOf, keyOf, path }: Attributes, wordBits: number): number {
  const width = numberOf('width');
  const given = numberOf('rowWords');
  if (width === undefined) return given ?? 1;
  const rowWords = given ?? width / wordBits;
  if (Number.isInteger(rowWords) && rowWords * wordBits === width) return rowWords;
  const allowed =
    given === undefined
      ? `a multiple of the ${wordBits} bits of a word`
      : `${wordBits} bits of a word × ${given} words of a row: the model has no rows that instances share`;
  throw new InputError({ code: 'not-allowed', path: [...path, keyOf('width')!], found: width, allowed });
}

function capacityOf(
  { numberOf, keyOf, path }: Attributes,
  wordBits: number,
  rowWords: number,
  isLimitless: boolean,
): number | undefined {
  const [first, second] = (['entries', 'depth', 'kilobytes'] as const).filter(
    (what) => numberOf(what) !== undefined,
  );
  if (first === undefined) {
    if (isLimitless) return undefined;
    const allowed = 'depth, entries or sizeKB: only DRAM is without limit';
    throw new InputError({ code: 'missing', path: [...path, 'depth'], allowed });
  }
  if (second !== undefined) {
    const allowed = `one size, which ${keyOf(first)} is already`;
    const at = [...path, keyOf(second)!];
    throw new InputError({ code: 'not-allowed', path: at, found: numberOf(second), allowed });
  }
  const size = numberOf(first)!;
  const words =
    first === 'entries' ? size : first === 'depth' ? size * rowWords : Math.floor((size * 8192) / wordBits);
  if (words <= MOST_WORDS) return words;
  const found = `${words} words`;
  const allowed = `at most ${MOST_WORDS} words`;
  throw new InputError({ code: 'out-of-range', path: [...path, keyOf(first)!], found, allowed });
}

const MOST_WORDS = 1e12;

function isDoubleBuffered({ numberOf, keyOf, path }: Attributes): boolean {
  const buffers = numberOf('buffers') ?? 1;
  if (buffers === 1 || buffers === 2) return buffers === 2;
  const allowed = '1, or 2 where each tile has its space twice';
  throw new InputError({ code: 'not-allowed', path: [...path, keyOf('buffers')!], found: buffers, allowed });
}

/** `meshX` is how many of all instances stand along X; where nothing is said, all of them do. */
function meshOf({ numberOf, keyOf, path }: Attributes, named: number): Mesh {
  const count = numberOf('instances') ?? named;
  const meshY = numberOf('meshY');
  const x = numberOf('meshX') ?? (meshY === undefined ? count : count / meshY);
  const y = meshY ?? count / x;
  if (Number.isInteger(x) && Number.isInteger(y) && x * y === count) return { x, y };
  const key = keyOf('meshX') ?? keyOf('meshY')!;
  const found = `${keyOf('meshX') ? x : '?'} × ${keyOf('meshY') ? y : '?'}`;
  const allowed = `meshX × meshY that makes the ${count} instances`;
  throw new InputError({ code: 'not-allowed', path: [...path, key], found, allowed });
}
