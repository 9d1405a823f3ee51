import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LEVELS } from '../hardware/energy.ts';
import type { RunResult } from '../run/result.ts';
import { expectFilesOf, expectGoodColumns } from './data-table.testing.ts';
import type { Value } from './data-table.ts';
import { arbitraryRun, exampleRun } from './run.testing.ts';
import { runData } from './run-data.ts';

/** Each line as an object. */
function linesOf(result: RunResult): Readonly<Record<string, Value>>[] {
  const { columns, lines } = runData(result);
  return lines.map((line) => Object.fromEntries(columns.map(({ name }, c) => [name, line[c]!])));
}

describe('the table of a run', () => {
  it('has columns that can be told apart', () => expectGoodColumns(runData(exampleRun(3))));

  it('has files that say the same', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryRun, (result) => expectFilesOf(runData(result))),
      { numRuns: 20 },
    );
  });

  it('says of each layer what the JSON document says', () => {
    fc.assert(
      fc.property(arbitraryRun, (result) => {
        linesOf(result).forEach((line, i) => {
          const { noise, dram, energy, power, waterfall, rlc, format, output, ...layer } = result.layers[i]!;
          expect(line).toMatchObject({
            network: result.network,
            images: result.images,
            batch: result.batch,
            chip: result.chip,
            runtime: result.runtime,
            layer: layer.name,
            type: layer.type,
            operators: layer.operators.join(' '),
            mapping_m: layer.mapping.m,
            mapping_f: null,
            macs: layer.macs,
            gated_macs: layer.gatedMacs,
            passes: layer.passes,
            cycles: layer.cycles,
            processing_latency_ms: layer.processingLatencyMs,
            active_pes: layer.activePes,
            zeros_percent: layer.zerosPercent,
            ofmap_zeros_percent: layer.ofmapZerosPercent,
            rlc_ifmap: rlc.ifmap,
            rlc_ofmap: rlc.ofmap,
            dram_ofmap: dram.ofmap,
            dram_bytes: dram.bytes,
            uncompressed_bytes: dram.uncompressed.bytes,
            link_ms: dram.linkMs,
            pe_cycles_total: waterfall.total,
            energy_total: energy.total,
            power_chip: power.chip,
            power_dram: power.dram,
            ifmap_fraction_bits: format.ifmapFractionBits,
            filter_fraction_bits: format.filterFractionBits,
            ofmap_fraction_bits: format.ofmapFractionBits,
            truncation: format.truncation,
            snr_db: layer.snrDb,
            noise_own_db: noise?.ownDb ?? null,
            noise_weights_db: noise?.weightsDb ?? null,
            noise_uncorrected_db: noise?.uncorrectedDb ?? null,
            noise_rounded_db: noise?.roundedDb ?? null,
            noise_lower_window_db: noise?.lowerWindowDb ?? null,
            lower_window_overflow_percent: noise?.lowerWindowOverflowPercent ?? null,
            overflow_percent: noise?.overflowPercent ?? null,
            noise_limit: noise?.limit ?? null,
            noise_words: noise?.words ?? null,
            output_words: output.words,
            checked_words: output.checkedWords,
            bit_exact: output.bitExact,
            note: layer.note,
          });
        });
      }),
      { numRuns: 20 },
    );
  });

  it('has parts that add up', () => {
    for (const line of linesOf(exampleRun(12))) {
      const sum = (...names: string[]) => names.reduce((total, name) => total + Number(line[name]), 0);
      const losses = Object.keys(line).filter((name) => /^pe_cycles_(?!total)/.test(name));
      expect(sum('macs', ...losses)).toBe(line.pe_cycles_total);
      expect(sum('energy_alu', ...LEVELS.map((level) => `energy_${level}`))).toBeCloseTo(
        Number(line.energy_total),
        6,
      );
      expect(2 * sum('dram_ifmap', 'dram_weight', 'dram_ofmap', 'dram_psum')).toBe(line.dram_bytes);
      expect(sum('ifmap_fraction_bits', 'filter_fraction_bits') - Number(line.ofmap_fraction_bits)).toBe(
        line.truncation,
      );
    }
  });
});
