import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { ConventionDifference } from '../loopnest/conventions.ts';
import type { Accesses } from '../loopnest/counts.ts';
import { TENSORS } from '../loopnest/problem.ts';
import {
  ALL_KEPT,
  arbitraryNest,
  CONV3,
  COSTLY_ARRAY,
  DEEP_NEST,
  MACHINE,
  ROUND_THE_GLB,
  SYSTOLIC,
  shown,
} from './nest.testing.ts';
import { nestEvaluationText } from './nest-evaluation.ts';
import { nestText } from './nest-text.ts';

const plain = { color: false, width: 110 };
const wide = { color: false, width: 1000 };
const sheets = (text: string) => text.split('\n\n').filter((block) => block.includes('──'));
const sheet = (text: string, title: string) => sheets(text).find((block) => block.startsWith(title));
const numbers = (line: string) =>
  [...line.replaceAll(',', '').matchAll(/(?<![\w.])\d+(?:\.\d+)?(?![\w.])/g)].map(Number);

const accesses = (reads: number, fills: number): Accesses => ({
  reads,
  fills,
  updates: 0,
  tile: 96,
  instances: 4,
});
const difference: ConventionDifference = {
  level: 'GLB',
  tensor: 'inputs',
  counts: { true: accesses(1234, 500), timeloop: accesses(1234, 640) },
  causes: ['start-over', 'partial-overlap'],
};

describe('the evaluation of a nest', () => {
  it('has the nest, and what each level does', () => {
    const nest = shown(CONV3, COSTLY_ARRAY, ALL_KEPT);
    const text = nestEvaluationText(nest, plain);
    const [heading, loops, legend] = nestText(nest, plain).trimEnd().split('\n\n');
    expect(text.split('\n\n').slice(0, 4)).toEqual([
      heading,
      loops,
      'Too large for GLB: the tiles of weights, inputs and outputs take 92,208 words of 65,536: 26,672 too many.',
      legend,
    ]);
    expect(text.slice(text.indexOf('Words'))).toMatchInlineSnapshot(`
      "Words  of all instances in the whole run, as the loops move them; energy per MAC
      Level      Tensor      Tile        Reads       Fills      Updates   Energy  Share
                                                from above   from below  per MAC      %
      ─────────────────────────────────────────────────────────────────────────────────
      DRAM       weights  884,736      884,736           0            0   1.1834   13.9
                 inputs    57,600      460,800           0            0   0.6164    7.2
                 outputs   64,896            0           0       64,896   0.0868    1.0
      GLB        weights   55,296      884,736     884,736            0   0.0710    0.8
                 inputs    28,800    9,345,024     460,800            0   0.3935    4.6
                 outputs    8,112      973,440           0    1,038,336   0.0807    0.9
      RF × 156   weights      192  149,520,384  11,501,568            0   1.0769   12.7
                 inputs        48  149,520,384  37,380,096            0   1.2500   14.7
                 outputs        4  149,325,696   2,920,320  149,520,384   2.0182   23.7
      MAC × 156                 —            —           —            —   1.0000   11.7

      Networks  words that reach an instance below a level, or leave one
      Below  Tensor        Words   Energy  Share
                                  per MAC      %
      ──────────────────────────────────────────
      GLB    weights  11,501,568   0.1538    1.8
             inputs   37,380,096   0.5000    5.9
             outputs   6,035,328   0.0807    0.9

      The MACs set the pace: 958,464 cycles.
      "
    `);
  });

  it('has every count, digit by digit', () => {
    for (const nest of [shown(CONV3, MACHINE, ROUND_THE_GLB), DEEP_NEST, SYSTOLIC]) {
      const rows = sheet(nestEvaluationText(nest, wide), 'Words')!
        .split('\n')
        .filter((line) => / (weights|inputs|outputs) /.test(line))
        .map((line) => numbers(line.replace(/^.*(weights|inputs|outputs)/, '')));
      const counts = Object.values(nest.evaluation.counts).flatMap((level) =>
        TENSORS.flatMap((tensor) => level[tensor] ?? []),
      );
      expect(rows.map((row) => row.slice(0, 4))).toEqual(
        counts.map(({ tile, reads, fills, updates }) => [tile, reads, fills, updates]),
      );
    }
  });

  it('has energies that add up', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const { energy } = nest.evaluation;
        fc.pre(energy.total > 0);
        const text = nestEvaluationText(nest, { ...wide });
        const shares = [sheet(text, 'Words'), sheet(text, 'Networks')].flatMap((block) =>
          (block?.split('\n').slice(4) ?? []).flatMap((line) => /([\d.]+)\s*$/.exec(line)?.[1] ?? []),
        );
        const total = shares.reduce((sum, share) => sum + Number(share), 0);
        expect(Math.abs(total - 100)).toBeLessThanOrEqual(0.05 * shares.length + 1e-6);
      }),
    );
  });

  it('says what sets the pace: the cycles are the most that anything takes', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const { cycles, slowest } = nest.evaluation;
        const text = nestEvaluationText(nest, wide);
        const block = sheet(text, 'Cycles');
        const rows = block?.split('\n').slice(4) ?? [];
        if (block) expect(Math.max(...rows.map((row) => numbers(row).at(-1)!))).toBe(cycles);
        const pace =
          slowest === 'MAC' ? 'The MACs set the pace' : / sets the pace: [\d,]+ cycles; the MACs alone/;
        expect(text).toMatch(pace);
      }),
    );
    expect(nestEvaluationText(SYSTOLIC, wide)).toContain(
      'The bandwidth of DRAM sets the pace: 5,013,504 cycles; the MACs alone would take 9,216.',
    );
    expect(sheet(nestEvaluationText(shown(CONV3, MACHINE, ROUND_THE_GLB), wide), 'Cycles')).toBeUndefined();
  });

  it('names every limit that is broken, and by how much', () => {
    const levels = COSTLY_ARRAY.levels.map((level) =>
      level.fanout ? { ...level, fanout: { x: 8, y: 24, energy: 2 } } : level,
    );
    const text = nestEvaluationText(shown(CONV3, { ...COSTLY_ARRAY, levels }, ALL_KEPT), wide);
    expect(text).toContain(
      'Too large for GLB: the tiles of weights, inputs and outputs take 92,208 words of 65,536: 26,672 too many.\n' +
        'Too wide for GLB: the loops along X need 13 instances side by side, the grid has 8: 5 too many.\n',
    );
    expect(nestEvaluationText(shown(CONV3, MACHINE, ROUND_THE_GLB), wide)).not.toContain('Too ');
    expect(nestEvaluationText(DEEP_NEST, wide)).toContain(
      'Too large for Cluster scratchpad: the tile of weights takes 18,432 words of 8,192: 10,240 too many.',
    );
  });

  it('says what is padded, and which convention counts', () => {
    expect(nestEvaluationText(DEEP_NEST, wide)).toContain(
      'The factors pad P from 14 to 16: 14.3 % more MACs',
    );
    const timeloop = nestEvaluationText(shown(CONV3, MACHINE, ROUND_THE_GLB, 'timeloop'), wide);
    expect(timeloop).toContain('as Timeloop counts them');
    expect(timeloop).toContain('--convention true counts what the loops do');
  });

  it('tells where the conventions differ, and why', () => {
    const nest = shown(CONV3, MACHINE, ROUND_THE_GLB);
    const text = nestEvaluationText(nest, { ...wide, differences: [difference] });
    expect(sheet(text, 'Where the conventions differ')!.split('\n').slice(3)).toEqual([
      'GLB    inputs  fills   500       640  inner loops start over, a part is still there',
    ]);
    expect(text).toContain('Inner loops start over: ');
    expect(text).toContain('A part is still there: ');
    const none = nestEvaluationText(nest, { ...wide, differences: [] });
    expect(none).toContain('Both conventions count the same.');
    expect(none).not.toContain('differ');
    expect(nestEvaluationText(nest, wide)).not.toMatch(/Both conventions|differ /);
  });

  it('keeps to 110 columns for nests as they usually are', () => {
    for (const nest of [shown(CONV3, MACHINE, ROUND_THE_GLB), SYSTOLIC, DEEP_NEST]) {
      const text = nestEvaluationText(nest, { ...plain, differences: [difference] });
      for (const line of text.split('\n')) expect(stringWidth(line), line).toBeLessThanOrEqual(110);
    }
  });

  it('has numbers everywhere, and no harm for a terminal, whatever the nest', () => {
    fc.assert(
      fc.property(arbitraryNest, fc.integer({ min: 80, max: 200 }), (nest, width) => {
        const text = nestEvaluationText(nest, { color: false, width, differences: [difference] });
        expect(text).not.toMatch(/NaN|undefined|Infinity|[^\P{Cc}\n]|\p{Bidi_Control}/u);
        const colored = nestEvaluationText(nest, { color: true, width, differences: [difference] });
        expect(stripVTControlCharacters(colored)).toBe(text);
      }),
    );
  });
});
