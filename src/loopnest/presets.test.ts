import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError } from '../input-error.ts';
import { builtinNetwork } from '../layer/builtin.ts';
import { arbitraryConvolution } from './arbitrary.testing.ts';
import { type Architecture, macUnits } from './architecture.ts';
import { checkConstraints } from './check-constraints.ts';
import { FACTORS } from './check-mapping.ts';
import { type Constraints, NO_CONSTRAINTS } from './constraints.ts';
import { formatArchitecture, parseArchitecture } from './files/architecture-file.ts';
import { formatConstraints, parseConstraints } from './files/constraints-file.ts';
import { mapNest } from './map.ts';
import { type FoundNest, type MapOptions, NEST_OBJECTIVES } from './map-result.ts';
import { type Loop, product } from './mapping.ts';
import { tensorWords, tileWords } from './nest.ts';
import {
  ARCHITECTURE_PRESET_NAMES,
  ARCHITECTURE_PRESETS,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  CONSTRAINTS_PRESETS,
  constraintsPreset,
} from './presets.ts';
import { convolution, type LoopProblem, macsOf, problemOfLayer, TENSORS } from './problem.ts';

const DIMENSIONS = Object.keys(convolution('', { groups: 2 }).sizes);

/** The architecture that constraints are for. */
const forWhich = (name: string): Architecture =>
  architecturePreset(ARCHITECTURE_PRESET_NAMES.includes(name) ? name : 'eyeriss-like-256');

describe('the presets', () => {
  it('have names of their own, and say where they are from', () => {
    for (const presets of [ARCHITECTURE_PRESETS, CONSTRAINTS_PRESETS]) {
      expect(new Set(presets.map(({ name }) => name)).size).toBe(presets.length);
      for (const { title, source } of presets) {
        expect(title).not.toBe('');
        expect(source).toMatch(/ doi 10\.|https:\/\/nvdla\.org\//);
      }
    }
  });

  it.each(ARCHITECTURE_PRESETS)('$name is an architecture', ({ name, yaml }) => {
    const architecture = architecturePreset(name);
    expect(architecture.name).toBe(name);
    expect(parseArchitecture(formatArchitecture(architecture), 'again.yaml')).toEqual(architecture);
    expect(yaml).toMatch(/^# Left out: /m);
  });

  it.each(CONSTRAINTS_PRESETS)('$name are constraints for their architecture', ({ name, source }) => {
    const constraints = constraintsPreset(name);
    expect(constraints).toMatchObject({ name, source });
    expect(parseConstraints(formatConstraints(constraints), 'again.yaml')).toEqual(constraints);
    expect(() => checkConstraints(constraints, forWhich(name), DIMENSIONS)).not.toThrow();
  });

  it('have no line that is too long to read', () => {
    for (const { yaml } of [...ARCHITECTURE_PRESETS, ...CONSTRAINTS_PRESETS]) {
      const lines = yaml.split('\n').filter((line) => !line.startsWith('source: '));
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(125);
    }
  });

  it.each([
    ['tpu', 'hardware: found "tpu" (did you mean tpu-like?)'],
    ['eyerris', 'hardware: found "eyerris" (did you mean eyeriss?)'],
    ['', 'hardware: found ""'],
    ['__proto__', 'hardware: found "__proto__"'],
  ])('know no architecture %j', (name, found) => {
    const allowed = ARCHITECTURE_PRESET_NAMES.join(', ');
    expect(() => architecturePreset(name)).toThrow(new InputError(...problemsOf(architecturePreset, name)));
    expect(() => architecturePreset(name)).toThrow(`${found}; allowed: ${allowed}`);
  });

  it('know no constraints of other names', () => {
    expect(problemsOf(constraintsPreset, 'row-stationry')).toEqual([
      {
        code: 'not-allowed',
        path: ['constraints'],
        found: 'row-stationry',
        allowed: CONSTRAINTS_PRESET_NAMES.join(', '),
        suggestion: 'row-stationary',
      },
    ]);
  });
});

function problemsOf(preset: (name: string) => unknown, name: string) {
  try {
    preset(name);
  } catch (error) {
    if (error instanceof InputError) return error.problems;
  }
  throw new Error(`${name} is a preset`);
}

describe('the architectures', () => {
  it('begin with 256 PEs of 256 words under 65536, with the costs of Eyeriss', () => {
    const level = { holds: TENSORS, doubleBuffered: false };
    const cost = (energy: number) => ({ read: energy, fill: energy, update: energy });
    expect(ARCHITECTURE_PRESET_NAMES[0]).toBe('eyeriss-like-256');
    expect(architecturePreset('eyeriss-like-256')).toEqual({
      name: 'eyeriss-like-256',
      wordBits: 16,
      levels: [
        { ...level, name: 'DRAM', energy: cost(EYERISS_ENERGY.dram) },
        {
          ...level,
          name: 'GLB',
          capacity: 65_536,
          energy: cost(EYERISS_ENERGY.glb),
          fanout: { x: 16, y: 16, energy: 0 },
        },
        { ...level, name: 'RF', capacity: 256, energy: cost(EYERISS_ENERGY.rf) },
      ],
      macEnergy: EYERISS_ENERGY.alu,
    });
  });

  it('differ in what the network costs', () => {
    const { levels, ...machine } = architecturePreset('eyeriss-like-256');
    const [dram, glb, rf] = levels;
    const fanout = { x: 16, y: 16, energy: EYERISS_ENERGY.array };
    expect(architecturePreset('eyeriss-like-256-array')).toEqual({
      ...machine,
      name: 'eyeriss-like-256-array',
      levels: [dram, { ...glb, fanout }, rf],
    });
  });

  it('have the sizes of the simulated chip', () => {
    const { array, glb, scratchpads } = EYERISS_CHIP;
    const { filterWords, ifmapWords, psumWords } = scratchpads;
    const [, buffer, rf] = architecturePreset('eyeriss').levels;
    expect(buffer).toMatchObject({
      holds: ['inputs', 'outputs'],
      capacity: glb.banks * glb.bankWords,
      fanout: { x: array.columns, y: array.rows },
    });
    expect(rf!.capacity).toEqual({ weights: filterWords, inputs: ifmapWords, outputs: psumWords });
  });

  it.each([
    ['nvdla-like', 16 * 64],
    ['tpu-like', 256 * 256],
    ['shidiannao-like', 8 * 8],
    ['diannao-like', 16 * 16],
  ])('%s has %d MACs', (name, macs) => {
    expect(macUnits(architecturePreset(name))).toBe(macs);
  });

  it('cost no more than DRAM anywhere, and what Eyeriss does', () => {
    const { dram, glb, array, rf } = EYERISS_ENERGY;
    for (const name of ARCHITECTURE_PRESET_NAMES) {
      const { levels } = architecturePreset(name);
      expect(levels[0]!.energy.read).toBe(dram);
      for (const { energy, fanout } of levels.slice(1)) {
        expect([glb, rf, 0]).toContain(energy.read);
        expect([array, 0]).toContain(fanout?.energy ?? 0);
      }
    }
  });
});

const alexnet = builtinNetwork('alexnet').layers;
const layer = (name: string): LoopProblem => {
  const found = alexnet.find((one) => one.name === name);
  if (found === undefined || found.type === 'pool') throw new Error(name);
  return problemOfLayer(found, 1);
};

const LAYERS: readonly LoopProblem[] = [
  layer('CONV3'),
  layer('FC1'),
  convolution('1 x 1', { M: 256, C: 64, P: 28, Q: 28 }),
  convolution('depthwise', { groups: 32, R: 3, S: 3, P: 14, Q: 14, strideP: 2, strideQ: 2 }),
  convolution('batch', { N: 4, M: 32, C: 16, R: 5, S: 5, P: 12, Q: 12 }),
];

function best(problem: LoopProblem, name: string, options: MapOptions = {}): FoundNest {
  const outcome = mapNest(problem, forWhich(name), { constraints: constraintsPreset(name), ...options });
  if (!outcome.feasible) throw new Error(`${problem.name}: ${outcome.reason.message}`);
  return outcome;
}

/** What there is to say of the mapping of a problem. */
function mapped(problem: LoopProblem, name: string) {
  const { mapping, evaluation } = best(problem, name);
  const words = tensorWords(problem);
  const level = (of: string) => mapping.levels.find((one) => one.name === of)!;
  return {
    counts: evaluation.counts,
    sizes: problem.sizes,
    weights: words.get('weights')!,
    outputs: words.get('outputs')!,
    macs: macsOf(problem),
    level,
    x: (of: string) => level(of).spatialX ?? [],
    y: (of: string) => level(of).spatialY ?? [],
    /** Steps of a dimension in time at a level. */
    steps: (of: string, dimension: string) => product(level(of).temporal, dimension),
  };
}

const dimensionsOf = (loops: readonly Loop[]): string[] => loops.map(([dimension]) => dimension);

describe.each(LAYERS)('a best mapping of $name', (problem) => {
  it.each(CONSTRAINTS_PRESET_NAMES)('exists that is %s', (name) => {
    expect(best(problem, name).evaluation.broken).toEqual([]);
  });

  it.each(['row-stationary', 'eyeriss'])('slides filter rows along rows: %s', (name) => {
    const { counts, sizes, outputs, level, x, y, steps } = mapped(problem, name);
    expect(product(y('GLB'), 'R')).toBe(sizes.R);
    expect(steps('RF', 'S')).toBe(sizes.S);
    expect(dimensionsOf(x('GLB'))).not.toContain('R');
    expect(dimensionsOf([...x('GLB'), ...y('GLB')])).not.toContain('Q');
    if (name === 'row-stationary') expect(dimensionsOf(y('GLB'))).not.toContain('P');
    expect(steps('GLB', 'Q')).toBe(sizes.Q);
    if (sizes.Q! > 1) expect(level('GLB').temporal.at(-1)).toEqual(['Q', sizes.Q]);
    // psums go to DRAM when they are complete
    expect(counts.DRAM!.outputs).toMatchObject({ reads: 0, updates: outputs });
  });

  it('brings each weight to a PE once: weight-stationary', () => {
    const { counts, weights } = mapped(problem, 'weight-stationary');
    expect(counts.RF!.weights!.fills).toBe(weights);
    expect(counts.DRAM!.weights!.reads).toBe(weights);
  });

  it.each([
    ['output-stationary', 'MPQ', 'MPQ'],
    ['output-stationary-a', 'Q', 'P'],
    ['output-stationary-b', 'Q', 'M'],
    ['output-stationary-c', 'M', 'M'],
  ])('completes each psum in one PE: %s', (name, alongX, alongY) => {
    const { counts, outputs, x, y } = mapped(problem, name);
    expect(counts.RF!.outputs!.fills).toBe(0);
    expect(counts.DRAM!.outputs).toMatchObject({ reads: 0, updates: outputs });
    for (const one of dimensionsOf(x('GLB'))) expect(alongX).toContain(one);
    for (const one of dimensionsOf(y('GLB'))) expect(alongY).toContain(one);
  });

  it.each([
    ['nvdla-like', 'CBUF', 'CACC', 32],
    ['tpu-like', 'UB', 'accumulators', 2048],
  ])('keeps weights for a stripe, and sums until they are complete: %s', (name, buffer, sums, most) => {
    const { counts, sizes, outputs, weights, x, y, steps } = mapped(problem, name);
    const stripe = steps(sums, 'N') * steps(sums, 'P') * steps(sums, 'Q');
    expect(stripe).toBeLessThanOrEqual(most);
    const stripes = (sizes.N! * sizes.P! * sizes.Q!) / stripe;
    const changes = steps(sums, 'C') * steps(sums, 'R') * steps(sums, 'S') > 1;
    const { fills } = counts.cell!.weights!;
    expect(fills).toBeLessThanOrEqual(weights * stripes);
    if (changes) expect(fills).toBe(weights * stripes);
    expect(counts[sums]!.outputs!.fills).toBe(0);
    expect(counts.DRAM!.outputs).toMatchObject({ reads: 0, updates: outputs });
    const [filters, channels] = name === 'tpu-like' ? [x(buffer), y(sums)] : [y(buffer), x(sums)];
    for (const one of dimensionsOf(filters)) expect(one).toBe('M');
    for (const one of dimensionsOf(channels)) expect(one).toBe('C');
  });

  it('makes 8 x 8 pixels of a channel that share windows and weights: shidiannao-like', () => {
    const { counts, macs, outputs, x, y } = mapped(problem, 'shidiannao-like');
    expect(counts.PE!.outputs!.fills).toBe(0);
    expect(counts.DRAM!.outputs).toMatchObject({ reads: 0, updates: outputs });
    for (const one of dimensionsOf(x('FIFOs'))) expect(one).toBe('Q');
    for (const one of dimensionsOf(y('FIFOs'))) expect(one).toBe('P');
    const pes = product(x('FIFOs')) * product(y('FIFOs'));
    expect(counts.buffers!.weights!.reads).toBe(macs / pes);
    // The pixels of one channel under all windows of the array
    const window = new Map([['R', problem.sizes.R!], ['S', problem.sizes.S!], ...x('FIFOs'), ...y('FIFOs')]);
    expect(counts.FIFOs!.inputs!.tile).toBe(tileWords(problem, 'inputs', window));
    expect(counts.buffers!.inputs!.reads).toBe(counts.FIFOs!.inputs!.fills);
  });

  it('reads each weight of each MAC, and adds 16 products at a time: diannao-like', () => {
    const { counts, macs, x, y, steps } = mapped(problem, 'diannao-like');
    for (const one of dimensionsOf(y('buffers'))) expect(one).toBe('M');
    for (const one of dimensionsOf(x('NFU-2'))) expect(one).toBe('C');
    expect(counts.buffers!.weights!.reads).toBe(macs);
    expect(counts.buffers!.inputs!.reads).toBe(macs / product(y('buffers')));
    const isWhole = steps('DRAM', 'C') * steps('DRAM', 'R') * steps('DRAM', 'S') === 1;
    if (isWhole) expect(counts['NFU-2']!.outputs!.fills).toBe(0);
  });
});

/** Constraints without rules, which allow all that these do. */
function withoutRules({ axes, levels }: Constraints): Constraints {
  const isKept = Object.values(levels).every(({ bypass, free }) => !bypass && !free);
  return { ...NO_CONSTRAINTS, buffers: isKept ? 'kept' : 'free', axes };
}

describe('rules', () => {
  it.each(CONSTRAINTS_PRESET_NAMES)('of %s only take mappings away', (name) => {
    const constraints = constraintsPreset(name);
    fc.assert(
      fc.property(
        arbitraryConvolution(200),
        fc.constantFrom(...NEST_OBJECTIVES),
        fc.constantFrom(...FACTORS),
        (problem, objective, factors) => {
          const leastOf = (rules: Constraints) => {
            const { search } = best(problem, name, { constraints: rules, objective, factors });
            expect(search.proven).toBe(true);
            return search.lowerBound;
          };
          expect(leastOf(constraints)).toBeGreaterThanOrEqual(
            leastOf(withoutRules(constraints)) * (1 - 1e-12),
          );
        },
      ),
      { numRuns: 10 },
    );
  });
});
