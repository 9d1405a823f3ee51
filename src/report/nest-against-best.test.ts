import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { moveLoop } from '../loopnest/edit.ts';
import { NEST_OBJECTIVES } from '../loopnest/map-result.ts';
import { ALL_KEPT, arbitraryNest, CONV3, MACHINE, ROUND_THE_GLB, shown } from './nest.testing.ts';
import { againstBest, searchSays } from './nest-against-best.ts';

const best = shown(CONV3, MACHINE, ROUND_THE_GLB).evaluation;

describe('a mapping against the best', () => {
  it('is as good as itself', () => {
    fc.assert(
      fc.property(arbitraryNest, fc.constantFrom(...NEST_OBJECTIVES), ({ evaluation }, objective) => {
        const found = againstBest(evaluation, evaluation, objective);
        expect([found.objective.ratio, found.energy.ratio, found.cycles.ratio]).toEqual([1, 1, 1]);
        expect(found.parts.every(({ more, energy }) => more === 0 && energy.ratio === 1)).toBe(true);
        expect(found.broken.length).toBe(evaluation.broken.length);
        expect(found.says).toMatch(/^As good as the best mapping/);
        expect(found.pays).toBeUndefined();
      }),
    );
  });

  it('differs by what its parts differ by', () => {
    const { evaluation } = shown(CONV3, MACHINE, ALL_KEPT);
    const found = againstBest(evaluation, best, 'energy');
    const more = found.parts.reduce((sum, part) => sum + part.more, 0);
    expect(more / (evaluation.energy.total - best.energy.total)).toBeCloseTo(1, 9);
    expect(found.parts.map(({ name }) => name)).toEqual(['DRAM', 'GLB', 'GLB network', 'RF', 'MAC']);
    const percent = (100 * (evaluation.energy.total / best.energy.total - 1)).toPrecision(3);
    expect(found.says).toBe(
      `${percent} % more energy than the best mapping; but the machine cannot do it: it breaks limits of GLB.`,
    );
    const rf = found.parts.reduce((a, b) => (b.more > a.more ? b : a));
    expect(found.pays).toMatch(
      new RegExp(`^${rf.name} pays the most: [\\d.]+ times what it takes in the best mapping\\. `),
    );
    expect(found.pays).toContain(
      `${((100 * rf.more) / best.energy.total).toPrecision(3)} % to the energy of the best.`,
    );
    expect(structuredClone(found)).toEqual(found);
  });

  it('may cost less only where it breaks a limit, and says which and by how much', () => {
    const to = { level: 2, kind: 'temporal', at: 0 } as const;
    const mapping = moveLoop(CONV3, MACHINE, ROUND_THE_GLB, { level: 0, kind: 'temporal', at: 0 }, to);
    const found = againstBest(shown(CONV3, MACHINE, mapping).evaluation, best, 'energy');
    expect(found.objective.ratio).toBeLessThan(1);
    expect(found.broken).toEqual([
      'Too large for GLB: the tiles of inputs and outputs take 122,496 words of 65,536: 56,960 too many.',
      'Too large for RF: the tiles of weights, inputs and outputs take 5,004 words of 256: 4,748 too many.',
    ]);
    expect(found.says).toMatch(
      /^[\d.]+ % less energy than the best mapping; but the machine cannot do it: it breaks limits of GLB and RF\.$/,
    );
  });

  it.each([
    ['energy', 'energy'],
    ['edp', 'energy × cycles'],
    ['delay', 'cycles'],
  ] as const)('measures %s', (objective, name) => {
    const slow = {
      ...best,
      cycles: 3 * best.cycles,
      energy: { ...best.energy, total: 3 * best.energy.total },
    };
    const found = againstBest(slow, best, objective);
    const ratio = objective === 'edp' ? 9 : 3;
    expect(found.objective.ratio).toBeCloseTo(ratio, 9);
    expect(found.says).toBe(`${ratio.toFixed(2)} times the ${name} of the best mapping.`);
    const free = { ...best, cycles: 0, energy: { ...best.energy, total: 0 } };
    expect(againstBest(slow, free, objective)).toMatchObject({
      objective: { ratio: undefined },
      says: `More ${name} than the best mapping.`,
    });
  });
});

describe('how sure the best mapping is', () => {
  const search = {
    spaceSize: 3_593_716_098,
    visited: 12,
    pruned: 3_593_716_086,
    prunedBy: { 'GLB capacity': 168, 'RF bound': 23_148 },
    proven: true,
    lowerBound: best.energy.total,
  };

  it('is told with the size of the space and what ruled mappings out', () => {
    expect(searchSays({ evaluation: best, search }, 'energy')).toEqual([
      'Proven: none of 3.59 billion mappings takes less energy.',
      'The search evaluated 12 of them; the others it ruled out in groups.',
      'What ruled out groups, and how often: RF bound 23,148 · GLB capacity 168.',
    ]);
  });

  it('is the bound where the search was stopped', () => {
    const lowerBound = 0.75 * best.energy.total;
    const [says] = searchSays(
      { evaluation: best, search: { ...search, proven: false, lowerBound } },
      'energy',
    );
    expect(says).toBe(
      'Not proven: the search was stopped. None of 3.59 billion mappings can take less than 75.0 % of the energy of this one.',
    );
  });

  it.each([
    [1, 'the only mapping'],
    [4500, '4,500 mappings'],
    [4.2e21, '4.2e21 mappings'],
  ])('%s mappings', (spaceSize, said) => {
    const [says] = searchSays({ evaluation: best, search: { ...search, spaceSize } }, 'delay');
    expect(says).toBe(`Proven: none of ${said} takes fewer cycles.`);
  });
});
