import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { describeProblem, InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { type Configuration, configure } from './configuration.ts';
import { ofmapByDefinition } from './definition.testing.ts';
import { chipLayer } from './geometry.ts';
import { simulateCycles } from './layer.ts';
import { PUBLISHED_ALEXNET } from './published.ts';
import { readScanChain, writeScanChain } from './scan-chain.ts';
import { type ScanFieldName, scanChainBits, scanFields } from './scan-fields.ts';

const wiring = vi.hoisted(() => ({ isChain: false }));

/** A machine that, when wired so, knows of its configuration only what came through the scan chain. */
vi.mock('./configuration.ts', async (importActual) => {
  const actual = await importActual<typeof import('./configuration.ts')>();
  const configureByChain: typeof configure = (...set) => {
    const original = actual.configure(...set);
    if (!wiring.isChain) return original;
    const { sizes, ...content } = readScanChain(original.chip, writeScanChain(original, false));
    return { ...original, ...content, shape: { ...original.shape, ...sizes } };
  };
  return { ...actual, configure: configureByChain };
});

beforeEach(() => {
  wiring.isChain = false;
});

const arbitraryConfiguration = arbitraryCase.map(({ run }) => ({
  configuration: configure(run.chip, run.layer, run.mapping, run.truncation),
  relu: run.relu,
}));

/** CONV3 of AlexNet, as published. */
function conv3(): Configuration {
  const layer = chipLayer(builtinNetwork('alexnet').layers.find(({ name }) => name === 'CONV3')!, 4);
  const mapping = { ...PUBLISHED_ALEXNET.CONV3!.mapping, f: layer.shape.F };
  return configure(EYERISS_CHIP, layer, mapping, 8);
}

const problemsOf = (action: () => unknown): string[] => {
  try {
    action();
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map(describeProblem);
  }
};

/** The chain of CONV3 with other bits in one field. */
function tampered(name: ScanFieldName, index: number, code: number): Uint8Array {
  const bytes = writeScanChain(conv3(), true);
  let start = 0;
  for (const { name: other, count, width } of scanFields(EYERISS_CHIP)) {
    if (other !== name) {
      start += count * width;
      continue;
    }
    for (let bit = 0; bit < width; bit++) {
      const at = start + index * width + bit;
      const mask = 1 << (7 - (at & 7));
      bytes[at >> 3] = (bytes[at >> 3]! & ~mask) | ((code >>> (width - 1 - bit)) & 1 ? mask : 0);
    }
    return bytes;
  }
  throw new Error(name);
}

describe('the scan chain', () => {
  it('gives back the configuration that it was made of', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, ({ configuration, relu }) => {
        const { chip, shape, placement, ids, banks, mapping, operation, truncation } = configuration;
        const content = readScanChain(chip, writeScanChain(configuration, relu));
        expect(content).toMatchObject({ ids, banks, mapping, operation, truncation, relu });
        expect(shape).toMatchObject(content.sizes);
        const lastInBand = mapping.r * shape.R - 1;
        const roles = content.pes.map(() => null as unknown);
        for (const { row, column, channelSet, i } of placement.places) {
          const inBand = channelSet * shape.R + i;
          roles[row * chip.array.columns + column] = {
            psumsFrom: inBand === lastInBand ? 'gin' : 'local',
            psumsTo: inBand === 0 ? 'gon' : 'local',
          };
        }
        expect(content.pes).toEqual(roles);
      }),
      { numRuns: 300 },
    );
  });

  it('is as long for every layer of a chip', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, ({ configuration, relu }) => {
        const { length } = writeScanChain(configuration, relu);
        expect(length).toBe(Math.ceil(scanChainBits(configuration.chip) / 8));
      }),
    );
  });

  it('with a bit flipped is refused, or read as another configuration', () => {
    fc.assert(
      fc.property(arbitraryConfiguration, fc.nat(), ({ configuration, relu }, draw) => {
        const bytes = writeScanChain(configuration, relu);
        const content = readScanChain(configuration.chip, bytes);
        const at = draw % (8 * bytes.length);
        bytes[at >> 3]! ^= 1 << (at & 7);
        try {
          expect(readScanChain(configuration.chip, bytes)).not.toEqual(content);
        } catch (error) {
          if (!(error instanceof InputError)) throw error;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('configures a machine that computes the same layer', () => {
    wiring.isChain = true;
    fc.assert(
      fc.property(arbitraryCase, ({ run, spec, batch }) => {
        const simulation = finish(simulateCycles(run));
        expect(simulation.ofmap).toEqual(ofmapByDefinition(spec, batch, run.words, run));
      }),
      { numRuns: 60 },
    );
  });

  it('of Eyeriss has fields of these widths', () => {
    const table = scanFields(EYERISS_CHIP).map(({ name, count, width }) => `${name} ${count} × ${width}`);
    expect(table.join('\n')).toMatchInlineSnapshot(`
      "ifmap.rowValid 12 × 1
      ifmap.rowId 12 × 4
      ifmap.columnValid 168 × 1
      ifmap.columnId 168 × 5
      filter.rowValid 12 × 1
      filter.rowId 12 × 4
      filter.columnValid 168 × 1
      filter.columnId 168 × 4
      psum.rowValid 12 × 1
      psum.rowId 12 × 4
      psum.columnValid 168 × 1
      psum.columnId 168 × 4
      pe.works 168 × 1
      pe.psumsFrom 168 × 1
      pe.psumsTo 168 × 1
      glb.bank 25 × 2
      mapping.m 1 × 10
      mapping.n 1 × 16
      mapping.e 1 × 8
      mapping.p 1 × 5
      mapping.q 1 × 4
      mapping.r 1 × 4
      mapping.t 1 × 8
      mapping.f 1 × 16
      layer.R 1 × 4
      layer.S 1 × 5
      layer.Uv 1 × 2
      layer.Uh 1 × 4
      layer.C 1 × 10
      layer.M 1 × 10
      layer.N 1 × 20
      layer.E 1 × 20
      layer.F 1 × 20
      layer.operation 1 × 1
      layer.relu 1 × 1
      layer.truncation 1 × 5"
    `);
    expect(scanChainBits(EYERISS_CHIP)).toMatchInlineSnapshot(`3595`);
  });

  it('begins with the highest bit of its first byte', () => {
    // 12 X-buses of which all take ifmap words, in two bands of two sets of three rows each
    const bytes = writeScanChain(conv3(), true);
    expect([...bytes.subarray(0, 8)].map((byte) => byte.toString(2).padStart(8, '0')).join('')).toBe(
      `${'1'.repeat(12)}${'000000000000000100010001'.repeat(2)}${'1111'}`,
    );
  });
});

describe('a scan chain is refused', () => {
  it.each<[ScanFieldName, number, number, string[]]>([
    ['glb.bank', 24, 3, ['scanChain.glb.bank[24]: found "code 3"; allowed: unused, ifmap, psum']],
    [
      'glb.bank',
      24,
      1,
      ['scanChain.glb.bank[24]: found "ifmap"; allowed: only next to the other banks for ifmaps'],
    ],
    ['mapping.r', 0, 15, ['scanChain.mapping.r: found 16; allowed: a whole number from 1 to 12']],
    ['mapping.e', 0, 13, ['scanChain.mapping.e: found 14; allowed: at most 13, which is E']],
    ['layer.Uv', 0, 3, ['scanChain.layer.Uv: found "code 3"; allowed: 1, 2, 4']],
    [
      'layer.truncation',
      0,
      17,
      ['scanChain.layer.truncation: found 17; allowed: a whole number from 0 to 16'],
    ],
    [
      'filter.columnId',
      13,
      1,
      ['scanChain.filter.columnId[13]: found 1; allowed: 0 where the field is not used'],
    ],
    [
      'filter.columnValid',
      13,
      1,
      ['scanChain.filter.columnValid[13]: found true; allowed: false for what the PE does'],
    ],
    [
      'pe.psumsTo',
      13,
      1,
      ['scanChain.pe.psumsTo[13]: found "local"; allowed: gon where the field is not used'],
    ],
    [
      'pe.psumsFrom',
      0,
      0,
      [
        'scanChain.psum.columnValid[0]: found false; allowed: true for what the PE does',
        'scanChain.pe.psumsTo[14]: found "local"; allowed: gon, as no PE above takes them',
      ],
    ],
  ])('with %s [%i] = %i', (name, index, code, lines) => {
    expect(problemsOf(() => readScanChain(EYERISS_CHIP, tampered(name, index, code)))).toEqual(lines);
  });

  it('where an X-bus is off that PEs listen to', () => {
    const lines = problemsOf(() => readScanChain(EYERISS_CHIP, tampered('ifmap.rowValid', 0, 0)));
    expect(lines[0]).toBe('scanChain.ifmap.rowValid[0]: found false; allowed: true for PE 0 on it');
  });

  it('if it is of another length, or goes on in the bits that are left over', () => {
    const bytes = writeScanChain(conv3(), true);
    expect(problemsOf(() => readScanChain(EYERISS_CHIP, bytes.subarray(1)))).toMatchInlineSnapshot(`
      [
        "scanChain: found 449; allowed: 450 bytes, for 3595 bits",
      ]
    `);
    bytes[bytes.length - 1]! |= 1;
    expect(problemsOf(() => readScanChain(EYERISS_CHIP, bytes))).toMatchInlineSnapshot(`
      [
        "scanChain: found 1; allowed: 0 in the bits that are left over",
      ]
    `);
  });

  it('before it is written, where a value has no room', () => {
    const configuration = conv3();
    const { shape, mapping, ids } = configuration;
    const columns = ids.ifmap.columns.map((id, pe) => (pe === 5 ? 32 : id));
    const tooMuch: Configuration = {
      ...configuration,
      shape: { ...shape, Uv: 3, N: 1_000_001 },
      mapping: { ...mapping, p: 25, q: 0 },
      truncation: 17,
      ids: { ...ids, ifmap: { ...ids.ifmap, columns } },
    };
    expect(problemsOf(() => writeScanChain(tooMuch, true))).toEqual([
      'scanChain.ifmap.columnId[5]: found 32; allowed: a whole number from 0 to 31',
      'scanChain.mapping.p: found 25; allowed: a whole number from 1 to 24',
      'scanChain.mapping.q: found 0; allowed: a whole number from 1 to 12',
      'scanChain.layer.Uv: found 3; allowed: 1, 2, 4',
      'scanChain.layer.N: found 1000001; allowed: a whole number from 1 to 1000000',
      'scanChain.layer.truncation: found 17; allowed: a whole number from 0 to 16',
    ]);
  });
});
