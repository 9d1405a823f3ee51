import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_ENERGY, LEVELS } from '../hardware/energy.ts';
import { layerFromSpec } from '../layer/layer.ts';
import { finish } from '../steps.ts';
import { arbitraryCase } from './arbitrary.testing.ts';
import { EYERISS_CHIP } from './chip.ts';
import { addCounts } from './counts.ts';
import { simulatedAccesses } from './framework.ts';
import { channelParts, chipLayer } from './geometry.ts';
import { range, wordsOf } from './journey.testing.ts';
import { wordJourney } from './journey.ts';
import { isPadding, type LayerWord, type StopName, stopsInPass } from './journey-stops.ts';
import { type LayerRun, simulateCycles } from './layer.ts';
import { energyOfChip } from './measures.ts';
import { countPasses, passesOf } from './schedule.ts';

/** Layers whose words can all be followed through all passes in little time. */
const smallRun = arbitraryCase
  .map(({ run }): LayerRun => {
    const { biases, ...words } = run.words;
    return { ...run, words };
  })
  .filter(({ chip, layer, mapping }) => {
    const { ifmaps, weights, ofmaps } = layer.shape;
    return (ifmaps + weights + ofmaps) * countPasses(layer, mapping, chip.nativeShapes) < 15_000;
  });

/** Of which some hand psums on through the DRAM, which few do by chance. */
const runOfAnyParts = fc.oneof(
  { weight: 5, arbitrary: smallRun },
  {
    weight: 1,
    arbitrary: smallRun.filter(({ chip, layer }) => channelParts(layer, chip.nativeShapes).length > 1),
  },
);

/** Nothing gated, and nothing run-length coded. */
function plain(run: LayerRun) {
  const { counts, dram, glbFills } = finish(simulateCycles(run));
  const { gatedMacs, scratchpads } = counts;
  const { filterReads, psumReads, psumWrites } = scratchpads;
  const uncoded = Object.entries(dram).map(([data, { words }]) => [data, { words, codedWords: words }]);
  return {
    glbFills,
    dram: Object.fromEntries(uncoded) as typeof dram,
    counts: {
      ...counts,
      gatedMacs: 0,
      scratchpads: {
        ...scratchpads,
        filterReads: filterReads + (run.layer.operation === 'max' ? 0 : gatedMacs),
        psumReads: psumReads + gatedMacs,
        psumWrites: psumWrites + gatedMacs,
      },
    },
  };
}

const NONE: Record<StopName, number> = {
  ...{ 'dram-read': 0, 'glb-fill': 0, 'glb-read': 0, bus: 0, delivery: 0, 'rf-write': 0, 'rf-read': 0 },
  ...{ mac: 0, 'rf-leave': 0, hop: 0, output: 0, 'glb-write': 0, 'glb-drain': 0, 'dram-write': 0 },
};

describe('the journeys of all words of a layer', () => {
  it('add up to what the chip counts', () => {
    let padded = 0;
    let inParts = 0;
    fc.assert(
      fc.property(runOfAnyParts, (run) => {
        const { chip, layer, mapping } = run;
        const sums = { weight: NONE, ifmap: NONE, padding: NONE, psum: NONE };
        const journeys = { energy: 0, levels: { alu: 0, dram: 0, glb: 0, array: 0, rf: 0 } };
        for (const word of wordsOf(layer)) {
          const { stops, energy, ...journey } = wordJourney(chip, layer, mapping, word);
          const times = { ...NONE, ...Object.fromEntries(stops.map(({ stop, times }) => [stop, times])) };
          const kind = journey.isPadding ? 'padding' : word.type;
          sums[kind] = addCounts(sums[kind], times);
          journeys.energy += energy;
          for (const stop of stops) journeys.levels[stop.level] += stop.energy;
        }
        const { weight, psum, padding } = sums;
        const ifmap = addCounts(sums.ifmap, padding);
        const { counts, dram, glbFills } = plain(run);
        const { macs, scratchpads, networks, glb } = counts;

        expect(padding['dram-read']).toBe(0);
        expect(padding['glb-fill']).toBe(glbFills.ifmap - dram.ifmap.words);
        expect(dram.filter.words).toBe(weight['dram-read']);
        expect(dram.ifmap.words).toBe(ifmap['dram-read']);
        expect(dram.ofmap.words + dram.psum.words).toBe(psum['dram-read'] + psum['dram-write']);
        expect(glbFills).toEqual({
          ifmap: ifmap['glb-fill'],
          filter: weight['glb-fill'],
          psum: psum['glb-fill'],
          drained: psum['glb-drain'],
        });
        expect(glb).toEqual({
          ifmapReads: ifmap['glb-read'],
          filterReads: weight['glb-read'],
          psumReads: psum['glb-read'],
          psumWrites: psum['glb-write'],
        });
        expect(networks).toEqual({
          ifmapWords: ifmap.bus,
          ifmapDeliveries: ifmap.delivery,
          filterWords: weight.bus,
          filterDeliveries: weight.delivery,
          psumWords: psum.bus,
          localWords: psum.hop,
          outputWords: psum.output,
        });
        expect(scratchpads).toEqual({
          filterReads: weight['rf-read'],
          filterWrites: weight['rf-write'],
          ifmapReads: ifmap['rf-read'],
          ifmapWrites: ifmap['rf-write'],
          psumReads: psum['rf-read'] + psum['rf-leave'],
          psumWrites: psum['rf-write'],
        });
        expect([ifmap.mac, psum.mac]).toEqual([macs, macs]);
        expect(weight.mac).toBe(layer.operation === 'max' ? 0 : macs);

        const accesses = simulatedAccesses({ counts, dram });
        const energy = energyOfChip({ macs, gatedMacs: 0, accesses }, EYERISS_ENERGY);
        expect(journeys.energy).toBe(energy.total);
        for (const level of ['alu', ...LEVELS] as const) {
          expect(journeys.levels[level]).toBe(energy.byLevel[level]);
        }
        if (padding['rf-read'] > 0) padded++;
        if (psum['dram-read'] > 0) inParts++;
      }),
      { numRuns: 50 },
    );
    expect(padded).toBeGreaterThan(0);
    expect(inParts).toBeGreaterThan(0);
  });
});

describe('the journey of a word', () => {
  it('lists the passes in which each thing happens, and a running total', () => {
    fc.assert(
      fc.property(smallRun, fc.nat(), ({ chip, layer, mapping }, seed) => {
        const words = [...wordsOf(layer)];
        const word = words[seed % words.length]!;
        const passes = [...passesOf(layer, mapping, chip.nativeShapes)];
        const journey = wordJourney(chip, layer, mapping, word);
        expect(journey.passes).toBe(passes.length);
        let total = 0;
        for (const { stop, passes: list, times, ...so } of journey.stops) {
          const listed = list.ranges.flatMap(({ start, count }) => range(start, start + count));
          const inPasses = passes.map((pass) => stopsInPass(layer, mapping, pass, word)[stop] ?? 0);
          expect(listed).toEqual([...inPasses.keys()].filter((pass) => inPasses[pass]! > 0));
          expect([list.count, list.first, list.last]).toEqual([listed.length, listed[0], listed.at(-1)]);
          expect(times).toBe(inPasses.reduce((sum, once) => sum + once, 0));
          total += so.energy;
          expect(so.total).toBe(total);
        }
        expect(journey.energy).toBe(total);
      }),
      { numRuns: 100 },
    );
  });

  const layer = chipLayer(
    layerFromSpec({ name: 'a', type: 'conv', input: [4, 9, 9], filters: 6, kernel: 3, pad: 1 }),
    2,
  );
  const mapping = { m: 6, n: 1, e: 3, p: 3, q: 2, r: 1, t: 1, f: 9 };
  const times = (word: LayerWord) =>
    wordJourney(EYERISS_CHIP, layer, mapping, word).stops.map(({ stop, times }) => `${stop} ${times}`);

  it('brings a weight in once for each strip of each image, and uses it once for each ofmap pixel', () => {
    expect(times({ type: 'weight', filter: 4, channel: 3, row: 0, column: 2 })).toEqual([
      ...['dram-read 6', 'glb-fill 6', 'glb-read 6', 'bus 6', 'delivery 18', 'rf-write 18'],
      ...['rf-read 162', 'mac 162'],
    ]);
  });

  it('brings a pixel that two strips cover in twice', () => {
    const loads = (row: number) => times({ type: 'ifmap', image: 0, channel: 0, row, column: 4 })[0];
    expect([0, 1, 2, 3, 4].map(loads)).toEqual([1, 1, 2, 2, 1].map((count) => `dram-read ${count}`));
  });

  it('makes padding on the chip', () => {
    const corner: LayerWord = { type: 'ifmap', image: 1, channel: 3, row: -1, column: -1 };
    expect(isPadding(layer, corner)).toBe(true);
    expect(times(corner)).toEqual([
      ...['glb-fill 1', 'glb-read 2', 'bus 2', 'delivery 2', 'rf-write 2', 'rf-read 6', 'mac 6'],
    ]);
  });

  it('takes a psum to the array and back for each group of channels', () => {
    expect(times({ type: 'psum', image: 0, filter: 5, row: 8, column: 8 })).toEqual([
      ...['glb-read 1', 'bus 1', 'rf-read 36', 'mac 36', 'rf-write 36', 'rf-leave 6', 'hop 4'],
      ...['output 2', 'glb-write 2', 'glb-drain 1', 'dram-write 1'],
    ]);
  });

  it('is refused for words that there are not', () => {
    const refused = (word: LayerWord, of = layer) => {
      expect(() => wordJourney(EYERISS_CHIP, of, { ...mapping, m: 1, p: 1, q: 1 }, word)).toThrow(
        expect.objectContaining({ name: 'InputError' }),
      );
    };
    refused({ type: 'weight', filter: 6, channel: 0, row: 0, column: 0 });
    refused({ type: 'weight', filter: 0, channel: 4, row: 0, column: 0 });
    refused({ type: 'ifmap', image: 2, channel: 0, row: 0, column: 0 });
    refused({ type: 'ifmap', image: 0, channel: 0, row: -2, column: 0 });
    refused({ type: 'ifmap', image: 0, channel: 0, row: 0, column: 10 });
    refused({ type: 'psum', image: 0, filter: 0, row: 9, column: 0.5 });
    const pool = chipLayer(layerFromSpec({ name: 'a', type: 'pool', input: [1, 4, 4], kernel: 2 }), 1);
    refused({ type: 'weight', filter: 0, channel: 0, row: 0, column: 0 }, pool);
  });
});
