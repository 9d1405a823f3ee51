import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { TENSORS } from '../loopnest/problem.ts';
import { expectFilesOf, expectGoodColumns } from './data-table.testing.ts';
import { ALL_KEPT, CONV3, COSTLY_ARRAY, ROUND_THE_GLB } from './nest.testing.ts';
import { NEST_COLUMNS, nestData } from './nest-data.ts';
import { arbitraryMapped, mapped, NOT_MAPPED } from './nest-mapped.testing.ts';

const { result } = mapped(COSTLY_ARRAY, [
  [CONV3, ALL_KEPT],
  [CONV3, ROUND_THE_GLB],
]);
const withNone = { ...result, layers: [...result.layers, NOT_MAPPED] };

/** Each line by the names of its columns. */
const records = (table: ReturnType<typeof nestData>) =>
  table.lines.map((line) => Object.fromEntries(table.columns.map(({ name }, c) => [name, line[c]!])));

describe('a mapped network as a table', () => {
  test('every cell comes back from its files', () => expectFilesOf(nestData(withNone)));

  test('also those of any network', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryMapped, async ({ result }) => expectFilesOf(nestData(result))),
      { numRuns: 20 },
    );
  });

  test('has a line per layer, level and tensor, with the counts', () => {
    const lines = records(nestData(result));
    expect(lines).toHaveLength(2 * 3 * 3);
    for (const layer of result.layers) {
      if (!layer.feasible) continue;
      const { evaluation, mapping } = layer;
      mapping.levels.forEach(({ name, keep }, i) => {
        for (const tensor of TENSORS) {
          const [line] = lines.filter(
            (one) =>
              one.energy_total === evaluation.energy.total && one.level === name && one.tensor === tensor,
          );
          const counts = evaluation.counts[name]![tensor];
          expect(line).toMatchObject({ level_index: i, kept: keep.includes(tensor), macs: layer.macs });
          for (const key of ['reads', 'fills', 'updates', 'tile', 'instances'] as const) {
            expect(line![key]).toBe(counts?.[key] ?? null);
          }
          expect(line!.network_words).toBe(name === 'GLB' ? evaluation.network.GLB![tensor] : null);
        }
      });
    }
  });

  test('its energies add up', () => {
    const [layer] = result.layers;
    const lines = records(nestData({ ...result, layers: [layer!] }));
    const sum = (name: string, of: typeof lines) =>
      of.reduce((all, line) => all + Number(line[name] ?? 0), 0);
    const weights = lines.filter(({ tensor }) => tensor === 'weights');
    const dram = lines.filter(({ level }) => level === 'DRAM');
    const { energy_total: total, energy_mac: mac } = lines[0]!;
    expect(sum('level_energy', weights) + sum('network_energy', weights) + Number(mac)).toBeCloseTo(
      Number(total),
    );
    expect(sum('tensor_energy', dram) + Number(mac)).toBeCloseTo(Number(total));
  });

  test('a layer that cannot be mapped has a line of nulls, and the reason', () => {
    const line = records(nestData(withNone)).at(-1)!;
    const full = Object.entries(line).flatMap(([name, value]) => (value === null ? [] : [name]));
    const names = NEST_COLUMNS.map(({ name }) => name);
    expect(full).toEqual(names.slice(0, names.indexOf('reason') + 1));
    expect(line).toMatchObject({ layer: 'none', feasible: false, reason: 'two rules contradict each other' });
  });

  test('writes mappings in a line', () => {
    expect(records(nestData(result)).at(-1)).toMatchObject({
      mapping: 'DRAM: M48 | GLB: C16 P13, X Q13, Y S3 C4 | RF: R3 C4 M8',
      loops: 'R3 C4 M8',
    });
  });

  test('every column has a name of its own, and a meaning', () => {
    expectGoodColumns(nestData(result));
    expect(NEST_COLUMNS.map(({ name }) => name)).toMatchInlineSnapshot(`
      [
        "network",
        "batch",
        "hardware",
        "constraints",
        "objective",
        "factors",
        "convention",
        "layer",
        "macs",
        "feasible",
        "reason",
        "mapping",
        "cycles",
        "slowest",
        "utilization",
        "energy_total",
        "energy_per_mac",
        "energy_mac",
        "space_size",
        "visited",
        "pruned",
        "proven",
        "lower_bound",
        "level",
        "level_index",
        "loops",
        "tensor",
        "kept",
        "tile",
        "instances",
        "reads",
        "fills",
        "updates",
        "network_words",
        "level_energy",
        "network_energy",
        "tensor_energy",
      ]
    `);
  });
});
