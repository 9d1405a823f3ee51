import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../reader.testing.ts';
import { EYERISS_AREA_CURVE } from './area.ts';
import { EYERISS_ENERGY } from './energy.ts';
import { eyerissBaseline, type Hardware, type Storage, storageFor } from './hardware.ts';
import { formatHardware, parseHardware } from './hardware-file.ts';

const storage = (keys: string) => parseHardware(`name: mine\n${keys}`, 'mine.yaml').storage;

describe('parseHardware', () => {
  it('makes the baseline of a name alone', () => {
    expect(parseHardware('name: eyeriss-256', 'mine.yaml')).toEqual(eyerissBaseline(256));
  });

  it('reads costs one by one', () => {
    const { energy } = parseHardware('name: mine\nenergy: { dram: 0.5, alu: 0 }', 'mine.yaml');
    expect(energy).toEqual({ ...EYERISS_ENERGY, dram: 0.5, alu: 0 });
  });

  it('reads each way to divide storage', () => {
    expect(storage('rfBytes: 512\nglbBytes: 131072')).toEqual({
      divide: 'fixed',
      rfBytes: 512,
      glbBytes: 131_072,
    });
    expect(storage('storageArea: 4e6')).toEqual({ divide: 'area', area: 4_000_000 });
    expect(storage('storageArea: 4e6\nrfBytes: 0')).toEqual({ divide: 'area', area: 4_000_000, rfBytes: 0 });
    expect(storage('rfBytesPerPe: 256')).toEqual({ divide: 'baseline', rfBytesPerPe: 256 });
    expect(storage('rfBytesPerPe: 256\nrfBytes: 2')).toEqual({
      divide: 'baseline',
      rfBytesPerPe: 256,
      rfBytes: 2,
    });
  });

  it.each([
    ['glbBytes: 1024', '1:1: rfBytes: missing; allowed: a size of the RFs, next to glbBytes'],
    ['rfBytes: 2', '2:10: rfBytes: found 2; allowed: only next to glbBytes, storageArea or rfBytesPerPe'],
    [
      'rfBytes: 2\nstorageArea: 4e6\nglbBytes: 1024',
      '3:14: storageArea: found 4000000; allowed: one way to divide storage, which glbBytes is already',
    ],
    [
      'rfBytesPerPe: 2\nstorageArea: 4e6',
      '2:15: rfBytesPerPe: found 2; allowed: one way to divide storage, which storageArea is already',
    ],
    [
      'pes: 1000000\nrfBytesPerPe: 1e12',
      '3:15: rfBytesPerPe: found "a GLB of 2.00e+18 bytes"; allowed: less than 2^53 bytes',
    ],
    ['pes: 0', '2:6: pes: found 0; allowed: a whole number from 1 to 1000000'],
    ['wordBits: 16 bits', '2:11: wordBits: found "16 bits"; allowed: a whole number from 1 to 64'],
    ['energy: 5', '2:9: energy: found 5; allowed: a mapping with dram, glb, array, rf or alu'],
    ['energy: { rf: .inf }', '2:15: energy.rf: found Infinity; allowed: a number from 0 to 1000000000000'],
    [
      'energy: { arrya: 2 }',
      '2:11: energy: unknown key "arrya" (did you mean array?); allowed: dram, glb, array, rf, alu',
    ],
    ['areaCurve: []', '2:12: areaCurve: found []; allowed: a list of [bytes, µm² per byte]'],
    ['areaCurve: [[2, 10, 3]]', '2:13: areaCurve[0]: found [2, 10, 3]; allowed: [bytes, µm² per byte]'],
    ['areaCurve: [[2, 0]]', '2:17: areaCurve[0][1]: found 0; allowed: a number from 0.001 to 1000000000'],
    [
      'areaCurve: [[2, 9], [2, 8]]',
      '2:22: areaCurve[1][0]: found 2; allowed: more than the 2 bytes of the point before',
    ],
  ])('says what is wrong with %j', (keys, line) => {
    expect(problemLines(parseHardware, `name: mine\n${keys}`, 'mine.yaml')).toEqual([`mine.yaml:${line}`]);
  });

  it('throws nothing but InputErrors with positions', () => {
    const valid = [eyerissBaseline(256), eyerissBaseline(1)].map(formatHardware);
    fc.assert(
      fc.property(anyText(...valid, 'name: x\nstorageArea: 5\nrfBytes: 3\nenergy: {glb: 4}\n'), (text) => {
        expectResultOrProblems(parseHardware, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('formatHardware', () => {
  it('says what each key means', () => {
    const chip: Hardware = { ...eyerissBaseline(168), areaCurve: EYERISS_AREA_CURVE.slice(0, 2) };
    expect(formatHardware({ ...chip, storage: { divide: 'fixed', rfBytes: 512, glbBytes: 110_592 } })).toBe(
      `name: "eyeriss-168" # What the accelerator is called in results.
pes: 168 # Processing elements (PEs), each of one MAC per cycle.
wordBits: 16 # Bits of a word: of a pixel, a weight and a psum alike.
energy:
  # Energy per access of one word, and of a MAC, in any one unit.
  dram: 200 # External memory.
  glb: 6 # Global buffer (GLB).
  array: 2 # From PE to PE.
  rf: 1 # Register file (RF) of a PE.
  alu: 1 # A MAC.
rfBytes: 512 # Bytes of RF in each PE, for every dataflow. Default: what each needs.
glbBytes: 110592 # Bytes of GLB, for every dataflow; only with rfBytes.
areaCurve:
  # µm² per byte of a memory, by its size in bytes. Default: that of Eyeriss, in 65 nm.
  - [2, 103.47]
  - [4, 172.07]
`,
    );
  });

  it('writes what parseHardware reads', () => {
    fc.assert(
      fc.property(hardware(), (one) => {
        expect(parseHardware(formatHardware(one), 'mine.yaml')).toEqual(one);
      }),
    );
  });
});

function hardware(): fc.Arbitrary<Hardware> {
  const cost = fc.oneof(
    fc.integer({ min: 0, max: 300 }),
    fc.double({ min: 0, max: 1e12, noNaN: true }).map(positive),
  );
  const bytes = (min: number) => fc.oneof(fc.integer({ min, max: 1024 }), fc.integer({ min, max: 1e12 }));
  const price = fc.double({ min: 0.001, max: 1e9, noNaN: true });
  const rf = fc.record({ rfBytes: bytes(0) }, { requiredKeys: [] });
  const storage: fc.Arbitrary<Storage> = fc.oneof(
    fc.record({ divide: fc.constant('fixed' as const), rfBytes: bytes(0), glbBytes: bytes(1) }),
    fc
      .tuple(fc.double({ min: 1, max: 1e12, noNaN: true }), rf)
      .map(([area, own]) => ({ divide: 'area' as const, area, ...own })),
    fc
      .tuple(bytes(1), rf)
      .map(([rfBytesPerPe, own]) => ({ divide: 'baseline' as const, rfBytesPerPe, ...own })),
  );
  const any = fc.record({
    name: fc.string({ unit: 'binary', minLength: 1 }),
    pes: fc.integer({ min: 1, max: 1e6 }),
    wordBits: fc.integer({ min: 1, max: 64 }),
    energy: fc.record({ dram: cost, glb: cost, array: cost, rf: cost, alu: cost }),
    storage,
    areaCurve: fc
      .uniqueArray(fc.tuple(bytes(1), price), { minLength: 1, maxLength: 5, selector: ([size]) => size })
      .map((points) => points.sort(([a], [b]) => a - b)),
  });
  // Not with a GLB of more bytes than can be counted
  return any.filter((one) => (storageFor(one, 0)?.glbBytes ?? 0) <= Number.MAX_SAFE_INTEGER);
}

/** Not −0, which YAML has but nobody means. */
const positive = (value: number): number => value + 0;
