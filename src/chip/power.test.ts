import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDocument, tableIn } from '../../docs/markdown.testing.ts';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { finish } from '../steps.ts';
import { EYERISS_CHIP } from './chip.ts';
import { simulatedAccesses } from './framework.ts';
import { chipLayer } from './geometry.ts';
import { type KnownPasses, timeLayer, withGating } from './layer-passes.ts';
import type { ChipMapping } from './mapping.ts';
import { MEASURED_ALEXNET, MEASURED_VGG_16, type MeasuredNetwork } from './measured.ts';
import { energyOfChip } from './measures.ts';
import { type Activity, chipMilliwatts, dramMilliwatts, EYERISS_POWER } from './power.ts';
import { PUBLISHED_ALEXNET } from './published.ts';
import { syntheticPixels } from './synthetic.ts';

/** The mappings that explain what was measured of VGG-16 (docs/chip.md). */
const INFERRED_VGG_16: Readonly<Record<string, Omit<ChipMapping, 'f'> & { f?: number }>> = {
  CONV1: { m: 32, n: 1, e: 13, p: 8, q: 1, r: 1, t: 4, f: 112 },
  CONV2: { m: 32, n: 1, e: 13, p: 8, q: 1, r: 1, t: 4 },
  CONV3: { m: 64, n: 1, e: 13, p: 16, q: 2, r: 1, t: 4 },
  CONV4: { m: 32, n: 1, e: 28, p: 16, q: 4, r: 1, t: 2 },
  CONV5: { m: 64, n: 3, e: 14, p: 16, q: 4, r: 2, t: 2 },
};

/** A layer that was measured, and what it did: as simulated, in the time that it was measured to take. */
interface PoweredLayer {
  readonly name: string;
  readonly measured: number;
  readonly activity: Activity;
}

const known: KnownPasses = new Map();
const NOTHING = { words: 0, codedWords: 0 };
const NO_DRAM = { ifmap: NOTHING, filter: NOTHING, ofmap: NOTHING, psum: NOTHING };

function powered(
  network: string,
  { batch, layers }: MeasuredNetwork,
  mappingOf: (name: string) => Omit<ChipMapping, 'f'> & { f?: number },
): PoweredLayer[] {
  return Object.entries(layers).map(([name, { milliwatts, totalLatencyMs, zerosPercent }]) => {
    const layer = chipLayer(builtinNetwork(network).layers.find((layer) => layer.name === name)!, batch);
    const { N, G, C, F } = layer.shape;
    const mapping = { f: F, ...mappingOf(name) };
    const ifmap = syntheticPixels(N * G * C * layer.height * layer.width, zerosPercent / 100, 1);
    const timing = finish(timeLayer(EYERISS_CHIP, layer, mapping, { known }));
    const counts = withGating(layer, timing.counts, ifmap);
    const accesses = simulatedAccesses({ counts, dram: NO_DRAM });
    const { total: units } = energyOfChip({ ...counts, accesses }, EYERISS_ENERGY);
    const cycles = totalLatencyMs * EYERISS_CHIP.megahertz * 1e3;
    return { name, measured: milliwatts, activity: { units, cycles, milliseconds: totalLatencyMs } };
  });
}

const alexnet = powered('alexnet', MEASURED_ALEXNET, (name) => PUBLISHED_ALEXNET[name]!.mapping);
const vgg = powered('vgg-16', MEASURED_VGG_16, (name) => INFERRED_VGG_16[name.slice(0, 5)]!);

const simulatedMilliwatts = ({ activity }: PoweredLayer) => chipMilliwatts(activity, EYERISS_POWER);
const deviation = (layer: PoweredLayer) => 100 * (simulatedMilliwatts(layer) / layer.measured - 1);
const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** The two constants with the least squares of deviations, from their normal equations. */
function fitted(layers: readonly PoweredLayer[]): [picojoulesPerUnit: number, picojoulesPerCycle: number] {
  // Of each layer, the share of its power that 1 pJ of either makes
  const shares = layers.map(({ measured, activity: { units, cycles, milliseconds } }) => {
    const perPicojoule = 1e-6 / milliseconds / measured;
    return [units * perPicojoule, cycles * perPicojoule] as const;
  });
  const [uu, uc, cc] = [
    sum(shares.map(([u]) => u * u)),
    sum(shares.map(([u, c]) => u * c)),
    sum(shares.map(([, c]) => c * c)),
  ];
  const [u1, c1] = [sum(shares.map(([u]) => u)), sum(shares.map(([, c]) => c))];
  const determinant = uu * cc - uc * uc;
  return [(cc * u1 - uc * c1) / determinant, (uu * c1 - uc * u1) / determinant];
}

describe('the power of Eyeriss', () => {
  it('is the fit of the five layers of AlexNet, in two digits', () => {
    const digits = fitted(alexnet).map((number) => Number(number.toPrecision(2)));
    expect(digits).toEqual([EYERISS_POWER.picojoulesPerUnit, EYERISS_POWER.picojoulesPerCycle]);
  });

  it('would be much the same without one of them', () => {
    for (const { name } of alexnet) {
      const [perUnit, perCycle] = fitted(alexnet.filter((layer) => layer.name !== name));
      expect(Math.abs(perUnit - 1.9), name).toBeLessThan(0.15);
      expect(Math.abs(perCycle - 620), name).toBeLessThan(75);
    }
  });

  it.each(alexnet)('is as measured, in percent within: $name', (layer) => {
    const within: Record<string, number> = { CONV1: 1, CONV2: 3, CONV3: 6, CONV4: 1, CONV5: 9 };
    expect(Math.abs(deviation(layer))).toBeLessThan(within[layer.name]!);
  });

  it('is as measured for AlexNet as a whole, within 2 %', () => {
    expect(Math.abs(onAverage(alexnet) / MEASURED_ALEXNET.milliwatts - 1)).toBeLessThan(0.02);
  });

  it.each(vgg)('is too low where it was not fitted, by at most 14 or 33 %: $name', (layer) => {
    const isSlow = /CONV[12]/.test(layer.name);
    expect(deviation(layer)).toBeLessThan(0);
    expect(deviation(layer)).toBeGreaterThan(isSlow ? -33 : -14);
  });

  it('is 14 % too low for VGG-16 as a whole', () => {
    const percent = 100 * (onAverage(vgg) / MEASURED_VGG_16.milliwatts - 1);
    expect(percent.toFixed(0)).toBe('-14');
  });

  it('would be divided otherwise of VGG-16 alone, whose PEs mostly wait', () => {
    expect(fitted(vgg).map((number) => Number(number.toPrecision(1)))).toEqual([0.8, 1000]);
  });

  it('would be further off if the clock stood still while the chip waits for the DRAM', () => {
    const gated = (layers: readonly PoweredLayer[], { layers: measured }: MeasuredNetwork) =>
      layers.map(({ activity, ...layer }) => {
        const cycles = measured[layer.name]!.processingLatencyMs * EYERISS_CHIP.megahertz * 1e3;
        return { ...layer, activity: { ...activity, cycles } };
      });
    const [picojoulesPerUnit, picojoulesPerCycle] = fitted(gated(alexnet, MEASURED_ALEXNET));
    for (const layer of gated(vgg, MEASURED_VGG_16)) {
      const power = { ...EYERISS_POWER, picojoulesPerUnit, picojoulesPerCycle };
      const percent = 100 * (chipMilliwatts(layer.activity, power) / layer.measured - 1);
      expect(percent, layer.name).toBeLessThan(deviation(vgg.find(({ name }) => name === layer.name)!));
    }
  });

  it('has a MAC that is no more than a third from one of 45 nm and 0.9 V in 65 nm and at 1 V', () => {
    const multiplication = 4 * 0.2; // In proportion to the square of the bits, from 8
    expect(multiplication).toBeCloseTo(3.1 / 4, 1); // And from 32
    const mac = (multiplication + 0.05) * (65 / 45) * (1 / 0.9) ** 2;
    expect(mac).toBeCloseTo(1.5, 1);
    expect(EYERISS_POWER.picojoulesPerUnit / mac).toBeGreaterThan(1);
    expect(EYERISS_POWER.picojoulesPerUnit / mac).toBeLessThan(4 / 3);
  });

  it('is what the page says', () => {
    const { rows } = tableIn(readDocument('docs/chip.md'), 'Power', 'layer');
    const signed = (percent: number) => `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(1)} %`;
    const layers = (network: string, of: readonly PoweredLayer[]) =>
      of.map((layer) => [
        `${network} ${layer.name}`,
        String(layer.measured),
        simulatedMilliwatts(layer).toFixed(0),
        signed(deviation(layer)),
      ]);
    expect(rows).toEqual([...layers('AlexNet', alexnet), ...layers('VGG-16', vgg)]);
  });
});

/** Milliwatts over all layers, one after another. */
const onAverage = (layers: readonly PoweredLayer[]) =>
  sum(layers.map((layer) => simulatedMilliwatts(layer) * layer.activity.milliseconds)) /
  sum(layers.map(({ activity }) => activity.milliseconds));

describe('milliwatts', () => {
  const number = fc.double({ min: 1e-3, max: 1e12, noNaN: true });
  const activity = fc.record({ units: number, cycles: number, milliseconds: number });

  it('are joules per second', () => {
    const power = { ...EYERISS_POWER, picojoulesPerUnit: 2, picojoulesPerCycle: 500 };
    // 10^9 units of 2 pJ and 2·10^6 cycles of 500 pJ are 3 mJ
    const busy = { units: 1e9, cycles: 2e6, milliseconds: 10 };
    expect(chipMilliwatts(busy, power)).toBeCloseTo(300);
    expect(dramMilliwatts(busy, power)).toBeCloseTo(200);
  });

  it('at another clock are more as time is less: the energy is the same', () => {
    fc.assert(
      fc.property(activity, fc.double({ min: 0.1, max: 10, noNaN: true }), (slow, faster) => {
        const fast = { ...slow, milliseconds: slow.milliseconds / faster };
        const expected = faster * chipMilliwatts(slow, EYERISS_POWER);
        expect(chipMilliwatts(fast, EYERISS_POWER) / expected).toBeCloseTo(1, 9);
      }),
    );
  });

  it('of two whiles together lie between those of both', () => {
    fc.assert(
      fc.property(activity, activity, (one, other) => {
        const both = {
          units: one.units + other.units,
          cycles: one.cycles + other.cycles,
          milliseconds: one.milliseconds + other.milliseconds,
        };
        for (const of of [chipMilliwatts, dramMilliwatts]) {
          const milliwatts = [one, other].map((activity) => of(activity, EYERISS_POWER));
          expect(of(both, EYERISS_POWER)).toBeLessThanOrEqual(Math.max(...milliwatts) * (1 + 1e-9));
          expect(of(both, EYERISS_POWER)).toBeGreaterThanOrEqual(Math.min(...milliwatts) * (1 - 1e-9));
        }
      }),
    );
  });
});
