import { z } from 'zod';
import { InputError, type Problem } from '../input-error.ts';
import { LARGEST_SIZE, layerFromSpec } from '../layer/layer.ts';
import { layerShape } from '../layer/shape.ts';
import { formatYaml, readYaml } from '../yaml-file.ts';
import { type Chip, EYERISS_CHIP, pesOf } from './chip.ts';
import { idsNeeded } from './ids.ts';
import type { MulticastConfig } from './multicast.ts';
import type { Range } from './native.ts';
import type { PeOrder } from './pe.ts';
import type { ChipPower } from './power.ts';
import { pairsPerWord } from './rlc.ts';

/** The most words in the scratchpads and FIFOs of all PEs: 32 MB, where Eyeriss has 0.1. */
const MOST_PE_WORDS = 2 ** 24;

/** FIFOs of a PE: for ifmaps, for psums in and for psums out. */
const FIFOS = 3;

/**
 * The chip that the text of a YAML or JSON file describes; what the file leaves out is as in the fabricated Eyeriss.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or does not describe a chip, or describes one that
 * could not run any layer.
 */
export function parseChip(text: string, file: string): Chip {
  return readYaml(text, file, chipSchema, chipFromSpec);
}

/** A chip as the text of a YAML file, which {@link parseChip} makes the same chip of. */
export function formatChip({ rlc: { wordBits, runBits }, ...chip }: Chip): string {
  const spec: Record<keyof Chip, unknown> = { ...chip, rlc: { wordBits, runBits } };
  const inOrder = Object.keys(chipSchema.shape).map((key) => [key, spec[key as keyof Chip]]);
  return formatYaml(Object.fromEntries(inOrder), chipSchema);
}

const wholeNumber = (byDefault: number, [least, most]: Range, of: string) =>
  z.int().min(least).max(most).default(byDefault).describe(of);

const megahertz = (byDefault: number, of: string) =>
  z.number().min(0.001).max(1e6).default(byDefault).describe(of);

const wordsPerCycle = (byDefault: number, of: string) => wholeNumber(byDefault, [1, 64], of);

const inputNetwork = (eyeriss: MulticastConfig, of: string) =>
  z
    .strictObject({
      wordsPerCycle: wordsPerCycle(eyeriss.wordsPerCycle, 'Words in a cycle, all to the same PEs.'),
      rowIdBits: wholeNumber(
        eyeriss.rowIdBits,
        [1, 16],
        'Bits of the ID of an X-bus, which serves a row of PEs.',
      ),
      columnIdBits: wholeNumber(eyeriss.columnIdBits, [1, 16], 'Bits of the ID of a PE on its X-bus.'),
    })
    .prefault({})
    .describe(of);

const outNetwork = (byDefault: number, each: string, of: string) =>
  z
    .strictObject({ wordsPerCycle: wordsPerCycle(byDefault, each) })
    .prefault({})
    .describe(of);

const size = z.int().min(1).max(LARGEST_SIZE);

const range = ([least, most]: Range, of: string) =>
  z.tuple([size, size]).meta({ title: '[least, most]' }).default([least, most]).describe(of);

/** The least is always 1: layers are split into parts of any number of channels and filters. */
const splitRange = ([, most]: Range, of: string) =>
  z
    .tuple([z.literal(1), size])
    .meta({ title: '[1, most]' })
    .default([1, most])
    .describe(of);

const picojoules = (byDefault: number, of: string) =>
  z.number().min(0).max(1e6).default(byDefault).describe(of);

const { array, scratchpads, pe, localNetwork, outputNetwork, glb, dram, rlc, nativeShapes, power } =
  EYERISS_CHIP;

/** The form of a chip file. */
export const chipSchema = z.strictObject({
  name: z.string().min(1).describe('What the chip is called in results.'),
  megahertz: megahertz(EYERISS_CHIP.megahertz, 'Clock of everything but the DRAM link, in MHz.'),
  array: z
    .strictObject({
      rows: wholeNumber(array.rows, [1, 64], 'Rows of PEs.'),
      columns: wholeNumber(array.columns, [1, 64], 'PEs in a row.'),
    })
    .prefault({})
    .describe('The processing elements (PEs), each of one MAC per cycle.'),
  scratchpads: z
    .strictObject({
      filterWords: wholeNumber(scratchpads.filterWords, [1, 65_536], 'Words of filter.'),
      ifmapWords: wholeNumber(scratchpads.ifmapWords, [1, 65_536], 'Words of ifmap, for a window.'),
      psumWords: wholeNumber(scratchpads.psumWords, [1, 65_536], 'psums that are being accumulated.'),
    })
    .prefault({})
    .describe('Scratchpads of each PE, in words of 16 bits.'),
  pe: z
    .strictObject({
      order: z
        .enum(['filters-outermost', 'filters-innermost'] satisfies PeOrder[])
        .default(pe.order)
        .describe(
          'Whether a PE finishes one psum after the other (outermost), or those of all its filters together.',
        ),
      fifoWords: wholeNumber(pe.fifoWords, [1, 1024], 'Words in the FIFO at each input and output.'),
    })
    .prefault({})
    .describe('Control and buffers of each PE.'),
  ifmapNetwork: inputNetwork(EYERISS_CHIP.ifmapNetwork, 'Brings ifmaps from the GLB to the array.'),
  filterNetwork: inputNetwork(EYERISS_CHIP.filterNetwork, 'Brings filters from the GLB to the array.'),
  psumNetwork: inputNetwork(EYERISS_CHIP.psumNetwork, 'Brings psums from the GLB to the array.'),
  localNetwork: outNetwork(
    localNetwork.wordsPerCycle,
    'psums in a cycle, between each two PEs.',
    'Brings psums from each PE to the one above it.',
  ),
  outputNetwork: outNetwork(
    outputNetwork.wordsPerCycle,
    'psums in a cycle, all from one PE.',
    'Brings psums from the array to the GLB.',
  ),
  glb: z
    .strictObject({
      banks: wholeNumber(glb.banks, [2, 256], 'Banks for ifmaps and psums; each holds only one of them.'),
      bankWords: wholeNumber(glb.bankWords, [1, 65_536], 'Words of 16 bits in a bank.'),
      filterBanks: wholeNumber(
        glb.filterBanks,
        [1, 256],
        'Banks in which the next filters wait; more filters than they hold stream through them.',
      ),
    })
    .prefault({})
    .describe('Global buffer (GLB).'),
  dram: z
    .strictObject({
      bits: wholeNumber(dram.bits, [1, 4096], 'Bits that it moves in a cycle of its clock.'),
      megahertz: megahertz(dram.megahertz, 'Its clock, in MHz.'),
    })
    .prefault({})
    .describe('Link to external memory (DRAM).'),
  rlc: z
    .strictObject({
      wordBits: z
        .int()
        .min(32)
        .max(1024)
        .multipleOf(32)
        .meta({ title: 'a multiple of 32 from 32 to 1024' })
        .default(rlc.wordBits)
        .describe(
          'Bits of a code word, which holds as many pairs of run and 16-bit level as fit, and a last bit.',
        ),
      runBits: wholeNumber(rlc.runBits, [1, 16], 'Bits of a run, the number of zeros before a level.'),
    })
    .prefault({})
    .describe('Run-length code of fmaps in the DRAM.'),
  nativeShapes: z
    .strictObject({
      filterHeight: range(nativeShapes.filterHeight, 'Filter rows, the least and the most.'),
      filterWidth: range(nativeShapes.filterWidth, 'Filter columns.'),
      filters: splitRange(
        nativeShapes.filters,
        'Filters per group; more are split over several configurations.',
      ),
      channels: splitRange(nativeShapes.channels, 'Channels per group; more are split.'),
      verticalStrides: z
        .array(size)
        .min(1)
        .max(64)
        .meta({ title: 'a list of 1 to 64 strides' })
        .default([...nativeShapes.verticalStrides])
        .describe('All vertical strides that there are.'),
      horizontalStride: range(nativeShapes.horizontalStride, 'Horizontal stride, the least and the most.'),
    })
    .prefault({})
    .describe('Shapes of layers that a configuration can describe.'),
  power: z
    .strictObject({
      picojoulesPerUnit: picojoules(
        power.picojoulesPerUnit,
        'Energy of a 16-bit MAC, the unit of the cost table, in pJ.',
      ),
      picojoulesPerCycle: picojoules(
        power.picojoulesPerCycle,
        'Energy of what runs in every cycle, the clock network above all, in pJ.',
      ),
      source: z
        .string()
        .min(1)
        .default(power.source)
        .describe('Where these numbers come from. For others without a source, it is the chip file.'),
    })
    .prefault({})
    .describe('What the chip takes for what it does.'),
});

function chipFromSpec({ rlc: { wordBits, runBits }, ...spec }: z.output<typeof chipSchema>): Chip {
  const chip: Chip = {
    ...spec,
    rlc: { wordBits, runBits, levelBits: rlc.levelBits },
    power: withSource(spec.power),
  };
  const problems = [...peProblems(chip), ...idProblems(chip), ...rlcProblems(chip), ...nativeProblems(chip)];
  if (problems.length > 0) throw new InputError(...problems);
  return chip;
}

/** Power that is not Eyeriss's does not come from where Eyeriss's does. */
function withSource(given: ChipPower): ChipPower {
  const isEyeriss =
    given.picojoulesPerUnit === power.picojoulesPerUnit &&
    given.picojoulesPerCycle === power.picojoulesPerCycle;
  return isEyeriss || given.source !== power.source ? given : { ...given, source: 'chip file' };
}

function peProblems(chip: Chip): Problem[] {
  const { filterWords, ifmapWords, psumWords } = chip.scratchpads;
  const words = pesOf(chip) * (filterWords + ifmapWords + psumWords + FIFOS * chip.pe.fifoWords);
  if (words <= MOST_PE_WORDS) return [];
  const allowed = `at most ${MOST_PE_WORDS} words in the scratchpads and FIFOs of all ${pesOf(chip)} PEs`;
  return [{ code: 'does-not-fit', path: ['scratchpads'], found: words, allowed }];
}

/** Too few IDs for any mapping: that of a layer of one MAC needs fewest. */
function idProblems(chip: Chip): Problem[] {
  const least = layerShape(layerFromSpec({ name: 'least', type: 'fc', input: [1], filters: 1 }), 1);
  const needed = idsNeeded(chip.array, least, { e: 1, r: 1, t: 1 });
  return (['ifmap', 'filter', 'psum'] as const).flatMap((data) => {
    const network = `${data}Network` as const;
    const problem = (key: 'rowIdBits' | 'columnIdBits', ids: number, of: string): Problem[] => {
      const found = chip[network][key];
      if (2 ** found >= ids) return [];
      const allowed = `at least ${Math.ceil(Math.log2(ids))}, for ${ids} ${of}`;
      return [{ code: 'does-not-fit', path: [network, key], found, allowed }];
    };
    return [
      ...problem('rowIdBits', needed[data].rows, 'rows of PEs'),
      ...problem('columnIdBits', needed[data].columns, 'PEs in a row'),
    ];
  });
}

function rlcProblems({ rlc }: Chip): Problem[] {
  if (pairsPerWord(rlc) > 0) return [];
  const allowed = `at most ${rlc.wordBits - 1 - rlc.levelBits}, so that a pair fits into ${rlc.wordBits} bits`;
  return [{ code: 'does-not-fit', path: ['rlc', 'runBits'], found: rlc.runBits, allowed }];
}

function nativeProblems({ nativeShapes, array, scratchpads }: Chip): Problem[] {
  const problems: Problem[] = [];
  const refuse = (path: Problem['path'], found: number, allowed: string) =>
    problems.push({ code: 'not-allowed', path: ['nativeShapes', ...path], found, allowed });
  const { verticalStrides, ...ranges } = nativeShapes;
  for (const [key, [least, most]] of Object.entries<Range>(ranges)) {
    if (most < least) refuse([key, 1], most, `at least the ${least} before it`);
  }
  for (const [i, stride] of verticalStrides.entries()) {
    const before = verticalStrides[i - 1] ?? 0;
    if (stride <= before) refuse(['verticalStrides', i], stride, `more than the ${before} before it`);
  }
  const height = nativeShapes.filterHeight[0];
  if (height > array.rows) refuse(['filterHeight', 0], height, `at most ${array.rows}, the rows of PEs`);
  const width = nativeShapes.filterWidth[0];
  const widest = Math.min(scratchpads.filterWords, scratchpads.ifmapWords);
  if (width > widest) refuse(['filterWidth', 0], width, `at most ${widest}, the words of a scratchpad`);
  return problems;
}
