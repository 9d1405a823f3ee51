import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../reader.testing.ts';
import { type Chip, EYERISS_CHIP } from './chip.ts';
import { formatChip, parseChip } from './chip-file.ts';
import type { Range } from './native.ts';

const read = (keys: string) => parseChip(`name: mine\n${keys}`, 'mine.yaml');

describe('parseChip', () => {
  it('makes Eyeriss of a name alone', () => {
    expect(parseChip('name: eyeriss', 'mine.yaml')).toEqual(EYERISS_CHIP);
  });

  it('reads parts one by one', () => {
    const { array, glb, psumNetwork, nativeShapes, rlc } = read(
      'array: { columns: 16 }\nglb: { banks: 50 }\nrlc: { runBits: 4 }\nnativeShapes: { verticalStrides: [1, 3] }',
    );
    expect(array).toEqual({ rows: 12, columns: 16 });
    expect(glb).toEqual({ ...EYERISS_CHIP.glb, banks: 50 });
    expect(psumNetwork).toEqual(EYERISS_CHIP.psumNetwork);
    expect(rlc).toEqual({ wordBits: 64, runBits: 4, levelBits: 16 });
    expect(nativeShapes).toEqual({ ...EYERISS_CHIP.nativeShapes, verticalStrides: [1, 3] });
  });

  it('has the power of Eyeriss, or says that it is its own', () => {
    const { power } = EYERISS_CHIP;
    expect(read('power: { picojoulesPerUnit: 1.9 }').power).toEqual(power);
    const own = { ...power, picojoulesPerCycle: 0 };
    expect(read('power: { picojoulesPerCycle: 0 }').power).toEqual({ ...own, source: 'chip file' });
    const source = 'simulated in gates';
    expect(read(`power: { picojoulesPerCycle: 0, source: ${source} }`).power).toEqual({ ...own, source });
  });

  it.each([
    ['array: { rows: 65 }', '2:16: array.rows: found 65; allowed: a whole number from 1 to 64'],
    ['array: 12', '2:8: array: found 12; allowed: a mapping with rows or columns'],
    ['array: { row: 12 }', '2:10: array: unknown key "row" (did you mean rows?); allowed: rows, columns'],
    [
      'array: { rows: 20 }\npsumNetwork: { rowIdBits: 5 }',
      '1:1: filterNetwork.rowIdBits: found 4; allowed: at least 5, for 20 rows of PEs',
    ],
    [
      'psumNetwork: { columnIdBits: 3 }',
      '2:30: psumNetwork.columnIdBits: found 3; allowed: at least 4, for 14 PEs in a row',
    ],
    [
      'pe: { order: filters-inermost }',
      '2:14: pe.order: found "filters-inermost" (did you mean filters-innermost?); allowed: filters-outermost or filters-innermost',
    ],
    ['pe: { fifoWords: 0 }', '2:18: pe.fifoWords: found 0; allowed: a whole number from 1 to 1024'],
    [
      'scratchpads: { filterWords: 65536, psumWords: 65536 }',
      '2:14: scratchpads: found 22026144; allowed: at most 16777216 words in the scratchpads and FIFOs of all 168 PEs',
    ],
    ['glb: { banks: 1 }', '2:15: glb.banks: found 1; allowed: a whole number from 2 to 256'],
    ['megahertz: 0', '2:12: megahertz: found 0; allowed: a number from 0.001 to 1000000'],
    ['rlc: { wordBits: 48 }', '2:18: rlc.wordBits: found 48; allowed: a multiple of 32 from 32 to 1024'],
    [
      'power: { picojoulesPerUnit: -1 }',
      '2:29: power.picojoulesPerUnit: found -1; allowed: a number from 0 to 1000000',
    ],
    [
      'power: { milliwatts: 300 }',
      '2:10: power: unknown key "milliwatts"; allowed: picojoulesPerUnit, picojoulesPerCycle, source',
    ],
    [
      'rlc: { wordBits: 32, runBits: 16 }',
      '2:31: rlc.runBits: found 16; allowed: at most 15, so that a pair fits into 32 bits',
    ],
    [
      'nativeShapes: { verticalStrides: [] }',
      '2:34: nativeShapes.verticalStrides: found []; allowed: a list of 1 to 64 strides',
    ],
    [
      'nativeShapes: { verticalStrides: [1, 4, 4] }',
      '2:41: nativeShapes.verticalStrides[2]: found 4; allowed: more than the 4 before it',
    ],
    [
      'nativeShapes: { filterHeight: [13, 12] }',
      [
        '2:32: nativeShapes.filterHeight[0]: found 13; allowed: at most 12, the rows of PEs',
        '2:36: nativeShapes.filterHeight[1]: found 12; allowed: at least the 13 before it',
      ],
    ],
    [
      'nativeShapes: { filterWidth: [13, 32] }',
      '2:31: nativeShapes.filterWidth[0]: found 13; allowed: at most 12, the words of a scratchpad',
    ],
    ['nativeShapes: { channels: 8 }', '2:27: nativeShapes.channels: found 8; allowed: [1, most]'],
    ['nativeShapes: { filters: [2, 8] }', '2:27: nativeShapes.filters[0]: found 2; allowed: 1'],
  ])('says what is wrong with %j', (keys, lines) => {
    const expected = [lines].flat().map((line) => `mine.yaml:${line}`);
    expect(problemLines(parseChip, `name: mine\n${keys}`, 'mine.yaml')).toEqual(expected);
  });

  it('throws nothing but InputErrors with positions, and makes nothing but chips', () => {
    const texts = [formatChip(EYERISS_CHIP), 'name: x\narray: {rows: 3}\nrlc: {wordBits: 32}\n'];
    fc.assert(
      fc.property(anyText(...texts), (text) => {
        expectResultOrProblems((...file) => {
          const chip = parseChip(...file);
          expect(parseChip(formatChip(chip), 'again.yaml')).toEqual(chip);
        }, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatChip', () => {
  it('says what each key means', () => {
    expect(formatChip(EYERISS_CHIP)).toMatchInlineSnapshot(`
      "name: "eyeriss" # What the chip is called in results.
      megahertz: 200 # Clock of everything but the DRAM link, in MHz.
      array:
        # The processing elements (PEs), each of one MAC per cycle.
        rows: 12 # Rows of PEs.
        columns: 14 # PEs in a row.
      scratchpads:
        # Scratchpads of each PE, in words of 16 bits.
        filterWords: 224 # Words of filter.
        ifmapWords: 12 # Words of ifmap, for a window.
        psumWords: 24 # psums that are being accumulated.
      pe:
        # Control and buffers of each PE.
        order: "filters-outermost" # Whether a PE finishes one psum after the other (outermost), or those of all its filters together.
        fifoWords: 8 # Words in the FIFO at each input and output.
      ifmapNetwork:
        # Brings ifmaps from the GLB to the array.
        wordsPerCycle: 1 # Words in a cycle, all to the same PEs.
        rowIdBits: 4 # Bits of the ID of an X-bus, which serves a row of PEs.
        columnIdBits: 5 # Bits of the ID of a PE on its X-bus.
      filterNetwork:
        # Brings filters from the GLB to the array.
        wordsPerCycle: 4 # Words in a cycle, all to the same PEs.
        rowIdBits: 4 # Bits of the ID of an X-bus, which serves a row of PEs.
        columnIdBits: 4 # Bits of the ID of a PE on its X-bus.
      psumNetwork:
        # Brings psums from the GLB to the array.
        wordsPerCycle: 4 # Words in a cycle, all to the same PEs.
        rowIdBits: 4 # Bits of the ID of an X-bus, which serves a row of PEs.
        columnIdBits: 4 # Bits of the ID of a PE on its X-bus.
      localNetwork:
        # Brings psums from each PE to the one above it.
        wordsPerCycle: 4 # psums in a cycle, between each two PEs.
      outputNetwork:
        # Brings psums from the array to the GLB.
        wordsPerCycle: 4 # psums in a cycle, all from one PE.
      glb:
        # Global buffer (GLB).
        banks: 25 # Banks for ifmaps and psums; each holds only one of them.
        bankWords: 2048 # Words of 16 bits in a bank.
        filterBanks: 2 # Banks in which the next filters wait; more filters than they hold stream through them.
      dram:
        # Link to external memory (DRAM).
        bits: 64 # Bits that it moves in a cycle of its clock.
        megahertz: 60 # Its clock, in MHz.
      rlc:
        # Run-length code of fmaps in the DRAM.
        wordBits: 64 # Bits of a code word, which holds as many pairs of run and 16-bit level as fit, and a last bit.
        runBits: 5 # Bits of a run, the number of zeros before a level.
      nativeShapes:
        # Shapes of layers that a configuration can describe.
        filterHeight: [1, 12] # Filter rows, the least and the most.
        filterWidth: [1, 32] # Filter columns.
        filters: [1, 1024] # Filters per group; more are split over several configurations.
        channels: [1, 1024] # Channels per group; more are split.
        verticalStrides: [1, 2, 4] # All vertical strides that there are.
        horizontalStride: [1, 12] # Horizontal stride, the least and the most.
      power:
        # What the chip takes for what it does.
        picojoulesPerUnit: 1.9 # Energy of a 16-bit MAC, the unit of the cost table, in pJ.
        picojoulesPerCycle: 620 # Energy of what runs in every cycle, the clock network above all, in pJ.
        source: "fitted to AlexNet on Eyeriss; a lower bound where PEs mostly wait" # Where these numbers come from. For others without a source, it is the chip file.
      "
    `);
  });

  it('writes what parseChip reads', () => {
    fc.assert(
      fc.property(arbitraryChip(), (chip) => {
        expect(parseChip(formatChip(chip), 'mine.yaml')).toEqual(chip);
      }),
    );
  });
});

/** Any chip that can run a layer, the smallest and the largest too. */
function arbitraryChip(): fc.Arbitrary<Chip> {
  const upTo = (max: number) => fc.integer({ min: 1, max });
  const range = (most = 1e6): fc.Arbitrary<Range> =>
    fc.tuple(upTo(most), upTo(1e6)).map(([a, b]) => [Math.min(a, b), Math.max(a, b)]);
  const split = upTo(1e6).map((most): Range => [1, most]);
  const megahertz = fc.double({ min: 0.001, max: 1e6, noNaN: true });
  const network = (rows: number, columns: number) =>
    fc.record({
      wordsPerCycle: upTo(64),
      rowIdBits: fc.integer({ min: Math.max(Math.ceil(Math.log2(rows)), 1), max: 16 }),
      columnIdBits: fc.integer({ min: Math.max(Math.ceil(Math.log2(columns)), 1), max: 16 }),
    });
  const width = fc.record({ wordsPerCycle: upTo(64) });
  return fc
    .tuple(upTo(64), upTo(64), upTo(1000), upTo(1000))
    .chain(([rows, columns, filterWords, ifmapWords]) =>
      fc.record({
        name: fc.string({ unit: 'binary', minLength: 1 }),
        megahertz,
        array: fc.constant({ rows, columns }),
        scratchpads: fc.record({
          filterWords: fc.constant(filterWords),
          ifmapWords: fc.constant(ifmapWords),
          psumWords: upTo(900),
        }),
        pe: fc.record({
          order: fc.constantFrom('filters-outermost', 'filters-innermost'),
          fifoWords: upTo(300),
        }),
        ifmapNetwork: network(1, 1),
        filterNetwork: network(rows, 1),
        psumNetwork: network(rows, columns),
        localNetwork: width,
        outputNetwork: width,
        glb: fc.record({
          banks: fc.integer({ min: 2, max: 256 }),
          bankWords: upTo(65_536),
          filterBanks: upTo(256),
        }),
        dram: fc.record({ bits: upTo(4096), megahertz }),
        rlc: fc.record({
          wordBits: upTo(32).map((pieces) => 32 * pieces),
          runBits: upTo(15),
          levelBits: fc.constant(16),
        }),
        nativeShapes: fc.record({
          filterHeight: range(rows),
          filterWidth: range(Math.min(filterWords, ifmapWords)),
          filters: split,
          channels: split,
          verticalStrides: fc
            .uniqueArray(upTo(1e6), { minLength: 1, maxLength: 64 })
            .map((strides) => strides.sort((a, b) => a - b)),
          horizontalStride: range(),
        }),
        power: fc.record({
          picojoulesPerUnit: fc.double({ min: 0, max: 1e6, noNaN: true }),
          picojoulesPerCycle: fc.double({ min: 0, max: 1e6, noNaN: true }),
          source: fc.string({ unit: 'binary', minLength: 1 }),
        }),
      }),
    );
}
