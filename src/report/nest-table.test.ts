import { stripVTControlCharacters } from 'node:util';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { describe, expect, it } from 'vitest';
import type { MappedLayer } from '../loopnest/map-result.ts';
import { ALL_KEPT, CONV3, COSTLY_ARRAY, DEEP, DEEP_NEST, MACHINE, ROUND_THE_GLB } from './nest.testing.ts';
import { arbitraryMapped, mapped, NOT_MAPPED } from './nest-mapped.testing.ts';
import { nestTable } from './nest-table.ts';

const plain = { color: false, width: 110 };
const sheets = (text: string) => text.split('\n\n').filter((block) => block.includes('──'));

const two = mapped(COSTLY_ARRAY, [
  [{ ...CONV3, name: 'CONV3' }, ALL_KEPT],
  [{ ...CONV3, name: 'again' }, ROUND_THE_GLB],
]);

/** The same with another search of its first layer. */
const stopped = (lowerBound: number) => {
  const layers = two.result.layers.map((layer, i): MappedLayer => {
    if (i > 0 || !layer.feasible) return layer;
    const bound = lowerBound * layer.evaluation.energy.total;
    return { ...layer, search: { ...layer.search, proven: false, lowerBound: bound } };
  });
  return { ...two, result: { ...two.result, layers } };
};

describe('the table of a mapped network', () => {
  it('has a line per layer, and their sums', () => {
    expect(nestTable(two, plain)).toMatchInlineSnapshot(`
      "alexnet · batch 1 · eyeriss-like-256 · least energy · constraints none

      Layers  energy in the unit of the architecture, its shares in %; slowest: what sets the pace
      Layer       MACs   Energy  Cycles       Busy  DRAM  GLB      GLB    RF   MAC  Slowest  Mappings  Search
                        per MAC          % of MACs     %    %  network     %     %            visited        
      ───────────────────────────────────────────────────────────────────────────────────────────────────────
      CONV3       150M     8.51    958k       60.9  22.2  6.4      8.6  51.0  11.7  MAC          1715  proven
      again       150M     7.31    958k       60.9  18.4  2.7      7.8  57.4  13.7  MAC          1716  proven
      ───────────────────────────────────────────────────────────────────────────────────────────────────────
      all layers  299M     7.91   1.92M       60.9  20.4  4.7      8.3  54.0  12.6               3431  proven
      "
    `);
  });

  it('weights the sums by MACs', () => {
    const [first, second] = two.result.layers.map((layer) => (layer.feasible ? layer.evaluation : undefined));
    const foot = nestTable(two, plain)
      .split('\n')
      .find((line) => line.startsWith('all layers'))!;
    expect(foot).toContain(((first!.energy.total + second!.energy.total) / (2 * first!.macs)).toFixed(2));
    const dram = first!.energy.byLevel.DRAM! + second!.energy.byLevel.DRAM!;
    expect(foot).toContain(((100 * dram) / (first!.energy.total + second!.energy.total)).toFixed(1));
    expect(foot).toMatch(/3431 +proven$/);
  });

  it('shows the nest of a single layer, and those of all if asked', () => {
    const nests = (text: string) => text.match(/^loops /gm)?.length ?? 0;
    const one = mapped(MACHINE, [[CONV3, ROUND_THE_GLB]]);
    expect(nests(nestTable(one, plain))).toBe(1);
    expect(nests(nestTable(one, { ...plain, nests: false }))).toBe(0);
    expect(nests(nestTable(two, plain))).toBe(0);
    expect(nests(nestTable(two, { ...plain, nests: true }))).toBe(2);
  });

  it('tells how far a search came that was stopped', () => {
    const text = nestTable(stopped(0.9), { ...plain, width: 1000 });
    expect(text).toMatch(/^CONV3 .* gap 10\.0 % *$/m);
    expect(text).toMatch(/^again .* proven *$/m);
    expect(text).toMatch(/^all layers .* 3431 +1 not proven *$/m);
    expect(text).toContain('Not proven for CONV3 (none below 7.66 per MAC): the search was stopped.');
    expect(nestTable(stopped(0.99999), plain)).toMatch(/gap 0\.1 %/);
    expect(nestTable(stopped(0), plain)).toMatch(/gap 100\.0 %/);
  });

  it('tells why a layer cannot be mapped', () => {
    const problems = [...two.problems, CONV3];
    const layers = [...two.result.layers, NOT_MAPPED];
    const text = nestTable(
      { ...two, problems, result: { ...two.result, layers } },
      { ...plain, width: 1000 },
    );
    expect(text).toMatch(/^none +100M( +—)+ +none *$/m);
    expect(text).toMatch(/^2 of 3 layers +299M/m);
    expect(text).toContain(
      'none cannot be mapped: two rules contradict each other. Rules: levels.GLB.keep and levels.RF.temporal.factors.R. Too large for GLB: the tiles of weights and inputs take 70,000 words of 65,536: 4,464 too many.',
    );
    const only = nestTable(
      { ...two, problems: [CONV3], result: { ...two.result, layers: [NOT_MAPPED] } },
      plain,
    );
    expect(only).toMatch(/^none cannot be mapped/m);
    expect(only).not.toMatch(/^loops/m);
  });

  it('tells in one line for which layers there was no time', () => {
    const late = (name: string) => ({
      ...NOT_MAPPED,
      name,
      reason: {
        limit: 'time',
        rules: [],
        broken: [],
        message: 'no mapping was found in the time given',
      } as const,
    });
    const text = (names: readonly string[]) =>
      nestTable(
        {
          ...two,
          problems: [...two.problems, ...names.map(() => CONV3)],
          result: { ...two.result, layers: [...two.result.layers, ...names.map(late)] },
        },
        { ...plain, width: 1000 },
      );
    expect(text(['a', 'b'])).toMatch(/^No mapping was found in the time given for a and b\.$/m);
    expect(text([...'abcdefgh'])).toMatch(/ for a, b, c, d, e and 3 more layers\.$/m);
    expect(text(['a'])).not.toContain('cannot be mapped');
  });

  it('says what is padded, and that words are counted as Timeloop does', () => {
    const deep = mapped(DEEP, [[DEEP_NEST.problem, DEEP_NEST.mapping]], { convention: 'timeloop' });
    const text = nestTable(deep, { ...plain, width: 1000 });
    expect(text).toContain('The factors pad P from 14 to 16: 14.3 % more MACs');
    expect(text).toContain('Words are counted as Timeloop does');
    expect(sheets(text)).toHaveLength(1);
    expect(sheets(nestTable(deep, plain))).toHaveLength(2);
  });

  it('keeps to 110 columns for networks as they usually are', () => {
    for (const line of nestTable(two, { ...plain, nests: true }).split('\n')) {
      expect(stringWidth(line), line).toBeLessThanOrEqual(110);
    }
  });

  it('has numbers everywhere, and no harm for a terminal, whatever the network', () => {
    fc.assert(
      fc.property(arbitraryMapped, fc.integer({ min: 80, max: 200 }), fc.boolean(), (some, width, nests) => {
        const text = nestTable(some, { color: false, width, nests });
        expect(text).not.toMatch(/NaN|undefined|Infinity|[^\P{Cc}\n]|\p{Bidi_Control}/u);
        for (const sheet of sheets(text)) {
          const [, ...rows] = sheet.replace(/\n$/, '').split('\n');
          expect(new Set(rows.map((row) => stringWidth(row))).size).toBe(1);
        }
        expect(stripVTControlCharacters(nestTable(some, { color: true, width, nests }))).toBe(text);
      }),
    );
  });
});
