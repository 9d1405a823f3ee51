import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { layerFromSpec } from '../layer/layer.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { chooseMapping, type MappingChoice, parseMapping } from './choose-mapping.ts';
import { chipLayer, partShape } from './geometry.ts';
import { brokenChipLimits } from './limits.ts';
import { nearestMapping } from './nearest-mapping.ts';

const conv3 = builtinNetwork('alexnet').layers.find(({ name }) => name === 'CONV3')!;
const choose = (choice: MappingChoice, layer = conv3, batch = 4) =>
  chooseMapping(EYERISS_CHIP, layer, batch, choice, EYERISS_ENERGY);
const problemsOf = (action: () => unknown) => {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
  throw new Error('no InputError');
};

describe('the mapping of a layer', () => {
  it('is made of the letters that are given: the whole row, and 1 for the others', () => {
    expect(choose({ m: 4, p: 4 }).mapping).toEqual({ m: 4, n: 1, e: 1, p: 4, q: 1, r: 1, t: 1, f: 13 });
  });

  it('is the published one, for as many images as there are', () => {
    expect(choose('published', conv3, 2).mapping).toMatchObject({ m: 64, n: 2, q: 3, r: 2, t: 2 });
    expect(choose('published').note).toContain('does not explain');
  });

  it.each([
    [
      'the scratchpad for filters',
      { m: 64, p: 24, q: 4 },
      'at most 224 words of the filter scratchpad, p·q·S, not 288',
    ],
    ['the scratchpad for ifmaps', { q: 5 }, 'at most 12 words of the ifmap scratchpad, q·S, not 15'],
    ['the scratchpad for psums', { m: 25, p: 25 }, 'at most 24 words of the psum scratchpad, p, not 25'],
    ['the array', { e: 13, r: 5 }, 'at most 12 rows of PEs'],
    ['the GLB', { m: 64, n: 4, e: 13, q: 4, r: 2 }, 'at most 25 banks of the GLB'],
    ['the filters in the GLB', { p: 4 }, 'at most 1 filters in the GLB, p·t, not 4'],
    ['the size of the layer', { e: 14 }, 'at most 13 e, of E, not 14'],
  ])('must keep %s', (_, letters, message) => {
    const told = problemsOf(() => choose(letters));
    expect(told).toContain(message);
    expect(told).toMatch(/the nearest that fits is m=\d/);
  });

  it('must not take millions of passes', () => {
    expect(problemsOf(() => choose({}))).toContain(
      'mapping: found "5111808 passes of CONV3"; allowed: at most 2097152: larger letters, fewer images',
    );
    const nativeShapes = { ...EYERISS_CHIP.nativeShapes, channels: [1, 1], filters: [1, 1] } as const;
    const fc2 = builtinNetwork('alexnet').layers.find(({ name }) => name === 'FC2')!;
    const told = problemsOf(() =>
      chooseMapping({ ...EYERISS_CHIP, nativeShapes }, fc2, 1, 'best', EYERISS_ENERGY),
    );
    expect(told).toContain('mapping: found "16777216 passes of FC2"');
  });

  it('has to be for a layer that the chip can describe', () => {
    const conv = (more: object) =>
      layerFromSpec({
        name: 'odd',
        type: 'conv',
        input: [3, 64, 64],
        filters: 4,
        kernel: 3,
        ...more,
      } as never);
    expect(problemsOf(() => choose('best', conv({ kernel: [13, 3] })))).toContain(
      'odd.filter height: found 13; allowed: 1 to 12',
    );
    expect(problemsOf(() => choose('best', conv({ stride: 3 })))).toContain('odd.vertical stride: found 3');
    expect(problemsOf(() => choose('best', conv({ dilation: 2 })))).toContain('odd.dilation: found 2');
    // Native, but no window of it fits into a PE
    expect(problemsOf(() => choose('best', conv({ kernel: [3, 13] })))).toContain(
      'odd: found 13; allowed: at most 12 words of the ifmap scratchpad, q·S, on this chip',
    );
  });

  it('is published for the five layers of AlexNet as they are, and for no other', () => {
    expect(problemsOf(() => choose('published', { ...conv3, name: 'CONV9' }))).toContain('only CONV1, CONV2');
    const other = layerFromSpec({ name: 'CONV3', type: 'conv', input: [3, 64, 64], filters: 4, kernel: 3 });
    expect(problemsOf(() => choose('published', other))).toContain('only CONV1, CONV2');
  });
});

describe('letters', () => {
  it('are read', () => {
    expect(parseMapping('m=64, n=4,t=2')).toEqual({ m: 64, n: 4, t: 2 });
  });

  it.each(['', 'm', 'm=0', 'm=-1', 'm=1.5', 'm=1,m=2', 'x=1', 'm=1,', 'm=9999999999'])(
    'are refused: %j',
    (text) => {
      expect(problemsOf(() => parseMapping(text))).toContain('mapping');
    },
  );
});

describe('the nearest mapping', () => {
  it('fits, whatever it is near to', () => {
    fc.assert(
      fc.property(
        arbitraryCase,
        fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 8, maxLength: 8 }),
        (drawn, draws) => {
          const { chip, layer } = drawn.run;
          const shape = partShape(layer, chip.nativeShapes);
          const [m, n, e, p, q, r, t, f] = draws as [
            number,
            number,
            number,
            number,
            number,
            number,
            number,
            number,
          ];
          const nearest = nearestMapping(chip, shape, { m, n, e, p, q, r, t, f });
          expect(nearest).toBeDefined();
          expect(brokenChipLimits(chip, shape, nearest!)).toEqual([]);
        },
      ),
    );
  });

  it('changes as little as can be', () => {
    const { shape } = chipLayer(conv3, 4);
    const wanted = { m: 64, n: 4, e: 13, p: 16, q: 4, r: 2, t: 2, f: 13 };
    expect(nearestMapping(EYERISS_CHIP, shape, wanted)).toEqual({ ...wanted, m: 63 });
  });
});
