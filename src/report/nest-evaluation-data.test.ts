import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { arbitraryNest, CONV3, MACHINE, ROUND_THE_GLB, shown } from './nest.testing.ts';
import { nestData } from './nest-data.ts';
import { EVALUATION_COLUMNS, evaluationData } from './nest-evaluation-data.ts';
import { mapped } from './nest-mapped.testing.ts';

describe('one mapping as a table', () => {
  it('says what the table of a mapped network says of it', () => {
    const { columns, lines } = evaluationData(shown(CONV3, MACHINE, ROUND_THE_GLB), 'perfect');
    const network = nestData(mapped(MACHINE, [[CONV3, ROUND_THE_GLB]]).result);
    const places = columns
      .slice(0, -1)
      .map(({ name }) => network.columns.findIndex((one) => one.name === name));
    expect(lines).toEqual(network.lines.map((line) => [...places.map((place) => line[place]), true]));
  });

  it('has a line per level and tensor, and nothing of a search', () => {
    fc.assert(
      fc.property(arbitraryNest, (nest) => {
        const { columns, lines } = evaluationData(nest, 'imperfect');
        expect(columns).toEqual(EVALUATION_COLUMNS);
        expect(columns.map(({ name }) => name)).not.toContain('proven');
        expect(lines).toHaveLength(3 * nest.architecture.levels.length);
        for (const line of lines) {
          expect(line).toHaveLength(columns.length);
          expect(line.at(-1)).toBe(nest.evaluation.broken.length === 0);
        }
      }),
    );
  });
});
