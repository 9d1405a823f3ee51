import { beforeAll, describe, expect, it } from 'vitest';
import { type SimulationResult, simulate } from '../chip/simulation.ts';
import { LEVELS } from '../hardware/energy.ts';
import { networkFromSpec } from '../layer/layer.ts';
import { expectFilesOf, expectGoodColumns } from './data-table.testing.ts';
import type { Value } from './data-table.ts';
import { simulationData } from './simulation-data.ts';

const network = networkFromSpec({
  name: 'a "small", net',
  layers: [
    { name: 'conv', type: 'conv', input: [3, 12, 12], filters: 8, kernel: 3, pad: 1 },
    { name: 'split', type: 'fc', input: [1100], filters: 2 },
    { name: 'pool', type: 'pool', input: [4, 6, 6], kernel: 2, stride: 2 },
  ],
});
const FREE = { dram: 0, glb: 0, array: 0, rf: 0, alu: 0 };
const GIVEN = { m: 8, n: 1, e: 6, p: 2, q: 3, r: 1, t: 2, f: 12 };

let best: SimulationResult;
let given: SimulationResult;

beforeAll(async () => {
  best = await simulate(network, { batch: 2 });
  given = await simulate(network, { layers: network.layers.slice(0, 1), mapping: GIVEN });
});

/** Each line as an object. */
function linesOf(result: SimulationResult): Readonly<Record<string, Value>>[] {
  const { columns, lines } = simulationData(result);
  return lines.map((line) => Object.fromEntries(columns.map(({ name }, c) => [name, line[c]!])));
}

describe('the table of a simulation', () => {
  it('has columns that can be told apart', () => expectGoodColumns(simulationData(best)));

  it('has files that say the same, of energy that is free too', async () => {
    const costs = [best, given, await simulate(network, { costs: FREE })];
    for (const result of costs) await expectFilesOf(simulationData(result));
  });

  it('says of each layer what the JSON document says', () => {
    for (const result of [best, given]) {
      linesOf(result).forEach((line, i) => {
        const layer = result.layers[i]!;
        const { glb, dram, output, energy, waterfall } = layer;
        expect(line).toMatchObject({
          network: result.network,
          batch: result.batch,
          chip: result.chip,
          detail: result.detail,
          layer: layer.name,
          type: layer.type,
          macs: layer.macs,
          gated_macs: layer.gatedMacs,
          passes: layer.passes,
          configurations: layer.configurations,
          cycles: layer.cycles,
          processing_latency_ms: layer.processingLatencyMs,
          active_pes: layer.activePes,
          zeros_percent: layer.zerosPercent,
          glb_ifmap_reads: glb.ifmapReads,
          glb_psum_writes: glb.psumWrites,
          glb_bytes: glb.bytes,
          fills_drained: glb.fills.drained,
          dram_ofmap: dram.ofmap,
          dram_bytes: dram.bytes,
          uncompressed_bytes: dram.uncompressed.bytes,
          link_ms: dram.linkMs,
          energy_total: energy.total,
          framework_energy_total: layer.frameworkEnergy.total,
          pe_cycles_total: waterfall.total,
          bit_exact: output.bitExact,
          sha256: output.sha256,
          note: layer.note,
        });
        for (const { level, data, framework, simulated } of layer.comparison) {
          expect(line[`accesses_${level}_${data}`]).toBe(simulated);
          expect(line[`framework_${level}_${data}`]).toBe(framework);
        }
        for (const letter of ['m', 'n', 'e', 'p', 'q', 'r', 't', 'f']) {
          expect(line[`mapping_${letter}`]).toBe(layer.mapping[letter] ?? null);
        }
      });
    }
  });

  it('has parts that add up', () => {
    for (const line of linesOf(best)) {
      const sum = (...names: string[]) => names.reduce((total, name) => total + Number(line[name]), 0);
      const losses = Object.keys(line).filter((name) => /^pe_cycles_(?!total)/.test(name));
      expect(sum('macs', ...losses)).toBe(line.pe_cycles_total);
      expect(sum('energy_alu', ...LEVELS.map((level) => `energy_${level}`))).toBeCloseTo(
        Number(line.energy_total),
        6,
      );
      expect(2 * sum('dram_ifmap', 'dram_weight', 'dram_ofmap', 'dram_psum')).toBe(line.dram_bytes);
    }
  });

  it('has nothing of a search where the mapping was given', () => {
    expect(linesOf(given)[0]).toMatchObject({ space_size: null, visited: null, proven: null });
    expect(linesOf(best)[0]).toMatchObject({ proven: true });
  });
});
