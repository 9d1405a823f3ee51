import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { beforeAll, describe, expect, it } from 'vitest';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { type SimulationResult, simulate } from '../chip/simulation.ts';
import { networkFromSpec } from '../layer/layer.ts';
import { simulationTable } from './simulation-table.ts';

const network = networkFromSpec({
  name: 'small',
  layers: [
    { name: 'conv', type: 'conv', input: [3, 12, 12], filters: 8, kernel: 3, pad: 1 },
    { name: 'split', type: 'fc', input: [1100], filters: 2 },
    { name: 'pool', type: 'pool', input: [4, 6, 6], kernel: 2, stride: 2 },
  ],
});
let all: SimulationResult;
let one: SimulationResult;

beforeAll(async () => {
  all = await simulate(network, { batch: 2 });
  one = await simulate(network, { batch: 2, layers: network.layers.slice(0, 1) });
});

const plain = { color: false };
const sheets = (text: string) => text.split('\n\n').filter((block) => block.includes('──'));
const sheet = (text: string, title: string) => sheets(text).find((block) => block.startsWith(title))!;
const lines = (text: string, title: string, name: string) =>
  sheet(text, title)
    .split('\n')
    .find((line) => line.startsWith(name))!;
const numbers = (line: string) =>
  line
    .replaceAll('−', '-')
    .match(/-?\d+(\.\d+)?/g)!
    .map(Number);

describe('the table of a simulation', () => {
  it('says what ran, in three tables, and that it is bit-exact', () => {
    const text = simulationTable(all, plain);
    expect(text).toMatch(/^small · batch 2 · eyeriss\n\n/);
    expect(sheets(text).map((block) => block.split('  ')[0])).toEqual([
      'Layers',
      'Where the peak throughput went',
      'Energy',
    ]);
    expect(text).toContain('split is split into 2 configurations');
    const words = all.layers.reduce((sum, { output }) => sum + output.checkedWords, 0);
    expect(text).toMatch(new RegExp(`Bit-exact: ${words} ofmap words computed again, all equal\\.\n$`));
  });

  it('has the numbers of each layer, and of all', () => {
    const text = simulationTable(all, plain);
    for (const { name, cycles, activePes, mapping } of all.layers) {
      const line = lines(text, 'Layers', name);
      expect(line).toContain(
        Object.entries(mapping)
          .map(([letter, value]) => `${letter}=${value}`)
          .join(' '),
      );
      expect(numbers(line)).toEqual(expect.arrayContaining([cycles, activePes]));
    }
    expect(numbers(lines(text, 'Layers', 'all layers'))).toContain(all.total.cycles);
  });

  it('loses what the peak is more than the MACs', () => {
    const text = simulationTable(all, plain);
    for (const name of [...all.layers.map((layer) => layer.name), 'all layers']) {
      const parts = numbers(lines(text, 'Where', name).slice('all layers'.length));
      const losses = parts.filter((part) => part < 0);
      const [peak, macs] = [parts[0]!, parts[1 + losses.length]!];
      expect(peak).toBe(100);
      expect(peak + losses.reduce((sum, loss) => sum + loss, 0)).toBeCloseTo(macs, 0);
      const bar = /█*·*$/.exec(lines(text, 'Where', name))![0];
      expect(bar).toHaveLength(20);
      expect((bar.match(/█/g) ?? []).length).toBe(Math.round(macs / 5));
    }
  });

  it('of one layer has what the framework counts too, with causes that make up the difference', () => {
    const text = simulationTable(one, plain);
    expect(sheets(text)).toHaveLength(4);
    const rows = sheet(text, 'Words moved').split('\n').slice(4);
    expect(rows.length).toBeGreaterThan(6);
    for (const row of rows) {
      const [framework, simulated, ...causes] = numbers(row.replaceAll(',', '').replaceAll('+', ' '));
      const sum = causes.reduce((total, words) => total + words, 0);
      expect(Math.abs(simulated! - framework! - sum)).toBeLessThanOrEqual(causes.length / 2 + 1);
    }
  });

  it('says which layers wait for the DRAM, whose link is slow', async () => {
    const slow = { ...EYERISS_CHIP, dram: { bits: 1, megahertz: 0.5 } };
    const result = await simulate(network, { batch: 2, chip: slow });
    for (const { dram } of result.layers) expect(dram.linkMs).toBeCloseTo((8 * dram.bytes) / 500, 9);
    expect(simulationTable(result, plain)).toContain('in conv, split and pool');
    const fast = await simulate(network, {
      batch: 2,
      chip: { ...slow, dram: { bits: 4096, megahertz: 1e3 } },
    });
    expect(simulationTable(fast, plain)).not.toContain('The link to the DRAM');
  });

  it('says which layers are not bit-exact', () => {
    const layers = one.layers.map((layer) => ({ ...layer, output: { ...layer.output, bitExact: false } }));
    expect(simulationTable({ ...one, layers }, plain)).toMatch(/\nNOT bit-exact: conv\.\n$/);
  });

  it('fits its width where it can, in colour and without, and hides what harms a terminal', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 110, max: 200 }),
        fc.string({ unit: 'binary', minLength: 1 }),
        (width, name) => {
          const layers = all.layers.map((layer, i) => (i === 0 ? { ...layer, name } : layer));
          const text = simulationTable({ ...all, network: name, layers }, { color: false, width });
          expect(text).not.toMatch(/[^\P{Cc}\n]|\p{Bidi_Control}/u);
          for (const line of sheets(text).flatMap((block) => block.split('\n')))
            expect(stringWidth(line)).toBeLessThanOrEqual(width);
          const colored = simulationTable({ ...all, network: name, layers }, { color: true, width });
          expect(stripVTControlCharacters(colored)).toBe(text);
        },
      ),
      { numRuns: 50 },
    );
  });
});
