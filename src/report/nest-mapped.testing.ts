/** Mapped networks to show, as a search would give them. */

import fc from 'fast-check';
import type { Architecture } from '../loopnest/architecture.ts';
import { type MappedLayer, NEST_OBJECTIVES, type NetworkMapping } from '../loopnest/map-result.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import { type LoopProblem, macsOf } from '../loopnest/problem.ts';
import { arbitraryNest, shown } from './nest.testing.ts';
import type { MappedNetwork } from './nest-view.ts';

/** A network of these layers on one machine. */
export function mapped(
  architecture: Architecture,
  layers: readonly (readonly [LoopProblem, LoopMapping])[],
  more: Partial<NetworkMapping> = {},
): MappedNetwork {
  const results = layers.map(([problem, mapping], i): MappedLayer => {
    const { evaluation } = shown(problem, architecture, mapping, more.convention);
    return {
      name: problem.name,
      macs: macsOf(problem),
      feasible: true,
      mapping,
      evaluation,
      search: {
        spaceSize: 4.1e12,
        visited: 1715 + i,
        pruned: 4.1e12 - 1715 - i,
        prunedBy: { 'RF bound': 12 },
        proven: true,
        lowerBound: evaluation.energy.total,
      },
    };
  });
  return {
    architecture,
    problems: layers.map(([problem]) => problem),
    result: {
      network: 'alexnet',
      batch: 1,
      hardware: architecture.name,
      constraints: 'none',
      objective: 'energy',
      factors: 'perfect',
      convention: 'true',
      layers: results,
      ...more,
    },
  };
}

/** A layer without a mapping. */
export const NOT_MAPPED: MappedLayer = {
  name: 'none',
  macs: 1e8,
  feasible: false,
  reason: {
    limit: 'constraints',
    rules: [
      ['levels', 'GLB', 'keep'],
      ['levels', 'RF', 'temporal', 'factors', 'R'],
    ],
    broken: [
      { limit: 'capacity', level: 'GLB', tensors: ['weights', 'inputs'], needed: 70_000, available: 65_536 },
    ],
    message: 'two rules contradict each other',
  },
};

/** Any network of up to four layers, as far as one may be mapped onto one machine. */
export const arbitraryMapped: fc.Arbitrary<MappedNetwork> = fc
  .tuple(
    arbitraryNest,
    fc.array(
      fc.record({
        name: fc.string({ unit: 'grapheme' }),
        proven: fc.boolean(),
        bound: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      {
        minLength: 1,
        maxLength: 4,
      },
    ),
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom(...NEST_OBJECTIVES),
    fc.boolean(),
  )
  .map(([{ problem, architecture, mapping, evaluation }, layers, network, objective, hasNone]) => {
    const one = mapped(
      architecture,
      layers.map(({ name }) => [{ ...problem, name }, mapping] as const),
      {
        network,
        objective,
        convention: evaluation.convention,
      },
    );
    const value = {
      energy: evaluation.energy.total,
      edp: evaluation.energy.total * evaluation.cycles,
      delay: evaluation.cycles,
    };
    const drawn = one.result.layers.map((layer, i): MappedLayer => {
      const { proven, bound } = layers[i]!;
      if (!layer.feasible) return layer;
      return {
        ...layer,
        search: { ...layer.search, proven, lowerBound: value[objective] * (proven ? 1 : bound) },
      };
    });
    return {
      ...one,
      problems: hasNone ? [...one.problems, problem] : one.problems,
      result: { ...one.result, layers: hasNone ? [...drawn, NOT_MAPPED] : drawn },
    };
  });
