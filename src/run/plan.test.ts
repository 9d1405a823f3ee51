import type { NodeProto } from 'onnx-buf';
import { describe, expect, it } from 'vitest';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { InputError } from '../input-error.ts';
import { external, floats, integers, type ModelSpec, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { mappingForFewer } from './layer-mapping.ts';
import { readModel } from './model.ts';
import { classesOf, graphForFewer, type Plan, type PlanOptions, planRun, type Step } from './plan.ts';

type Given = Partial<Omit<ModelSpec, 'nodes'>> & Partial<PlanOptions>;

const modelOf = (nodes: readonly NodeProto[], { shape = [4, 8, 8], ...spec }: Given = {}) =>
  readModel(
    onnxModel({ nodes, inputs: { x: ['n', ...shape] }, outputs: [nodes.at(-1)!.output[0]!], ...spec }),
    'net.onnx',
  );

const planOf = (nodes: readonly NodeProto[], given: Given = {}): Plan => {
  const { shape = [4, 8, 8], batch = 2, until, mapping = {}, chip = EYERISS_CHIP } = given;
  return planRun(modelOf(nodes, given), { shape, batch, until, mapping, chip });
};

const ones = { p: 1 };
const w = (name: string, dims: readonly number[]) => floats(name, dims);
const conv = (input: string, output: string, weights = 'w') =>
  node('Conv', [input, weights], [output], { pads: [1, 1, 1, 1] }, { name: output });
const on = (op: string, inputs: readonly string[], output: string, attributes = {}) =>
  node(op, inputs, [output], attributes, { name: output });
const initializers = [w('w', [4, 4, 3, 3])];

/** `x > a` for a layer of the chip, `[a+b] x > b` for nodes of the host. */
const outline = (step: Step): string =>
  step.on === 'chip'
    ? `${step.input} > ${step.output}`
    : `[${step.nodes.map(({ label }) => label).join('+')}] ${step.inputs.join(',')} > ${step.outputs.join(',')}`;
const steps = (plan: Plan): readonly string[] => plan.steps.map(outline);
const plan = (nodes: readonly NodeProto[], given: Given = {}) => planOf(nodes, { initializers, ...given });

/** The problem that something has. */
function problemOf(action: () => unknown) {
  try {
    action();
  } catch (error) {
    if (error instanceof InputError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing is wrong');
}

describe('a plan', () => {
  it('is of layers on the chip, and of what the host does before, between and behind them', () => {
    const made = plan([
      on('Neg', ['x'], 'a'),
      conv('a', 'b'),
      on('Relu', ['b'], 'c'),
      on('MaxPool', ['c'], 'd', { kernel_shape: [2, 2], strides: [2, 2] }),
      on('Sigmoid', ['d'], 'e'),
      on('Neg', ['e'], 'f'),
      conv('f', 'g'),
      on('Softmax', ['g'], 'h'),
    ]);
    expect(steps(made)).toEqual(['[a] x > a', 'a > c', 'c > d', '[e+f] d > f', 'f > g', '[h] g > h']);
    expect(made.output).toBe('h');
    expect(made.host).toEqual(
      ['a', 'e', 'f', 'h'].map((name, i) => ({
        name,
        op: ['Neg', 'Sigmoid', 'Neg', 'Softmax'][i],
        reason: null,
      })),
    );
    expect(made.macs).toBe(2 * 4 * 4 * 9 * (64 + 16));
  });

  it('runs nodes of the host as soon as they can, and together', () => {
    const made = plan([
      conv('x', 'a'),
      conv('x', 'b'),
      on('Sigmoid', ['a'], 'c'),
      on('Sigmoid', ['b'], 'd'),
      on('Neg', ['x'], 'e'),
      on('Sum', ['c', 'd', 'e'], 'f'),
    ]);
    expect(steps(made)).toEqual(['[e] x > e', 'x > a', '[c] a > c', 'x > b', '[d+f] b,c,e > f']);
  });

  it('leaves views out where the chip reads the words as they are', () => {
    const made = plan(
      [
        conv('x', 'a'),
        on('Identity', ['a'], 'b'),
        node('Dropout', ['b'], ['c'], {}, { name: 'c' }),
        on('Unsqueeze', ['c', 'axis'], 'd'),
        on('Squeeze', ['d', 'axis'], 'e'),
        on('Reshape', ['e', 'flat'], 'f'),
        on('Flatten', ['f'], 'g'),
        on('MatMul', ['g', 'v'], 'h'),
      ],
      { initializers: [...initializers, integers('axis', [4]), integers('flat', [0, -1]), w('v', [256, 5])] },
    );
    expect(steps(made)).toEqual(['x > a', 'a > h']);
    expect(made.host).toEqual([]);
    expect(made.steps.map((step) => step.on === 'chip' && step.layer.input)).toEqual([
      [4, 8, 8],
      [4, 8, 8],
    ]);
  });

  it('has views on the host where others read them', () => {
    const made = plan(
      [
        conv('x', 'a'),
        on('Flatten', ['a'], 'b'),
        on('Sigmoid', ['b'], 'c'),
        on('MatMul', ['b', 'v'], 'd'),
        on('MatMul', ['c', 'v'], 'e'),
        on('Add', ['d', 'e'], 'f'),
      ],
      { initializers: [...initializers, w('v', [256, 5])] },
    );
    expect(steps(made)).toEqual(['x > a', '[b+c] a > c', 'a > d', 'c > e', '[f] d,e > f']);
  });

  it('takes a Dropout that drops, or its mask, for no view', () => {
    const given = { initializers: [...initializers, floats('rate', [], [0.5])] };
    const training = { ...given, inputs: { x: ['n', 4, 8, 8] } };
    const dropping = node('Dropout', ['a', 'rate', 'on'], ['b'], {}, { name: 'b' });
    const learning = on('Cast', ['rate'], 'on', { to: 9 });
    expect(steps(plan([conv('x', 'a'), learning, dropping, conv('b', 'c')], training))).toEqual([
      'x > a',
      '[b] a > b',
      'b > c',
    ]);
    const masked = node('Dropout', ['a'], ['b', 'mask'], {}, { name: 'b' });
    const cast = on('Cast', ['mask'], 'm', { to: 1 });
    expect(steps(plan([conv('x', 'a'), masked, cast, conv('m', 'c')], given))).toEqual([
      'x > a',
      '[b+m] a > m',
      'm > c',
    ]);
    // Versions before 10 have a mask of floats
    expect(steps(plan([conv('x', 'a'), masked, conv('mask', 'c')], { ...given, opset: 9 }))).toEqual([
      'x > a',
      '[b] a > mask',
      'mask > c',
    ]);
  });

  it('has branches, and what brings them together on the host', () => {
    const made = plan(
      [
        conv('x', 'a'),
        on('Relu', ['a'], 'b'),
        conv('b', 'c'),
        on('Add', ['b', 'c'], 'd'),
        on('Relu', ['d'], 'e'),
        on('Concat', ['e', 'x'], 'f', { axis: 1 }),
        conv('f', 'g', 'wide'),
      ],
      { initializers: [...initializers, w('wide', [2, 8, 3, 3])] },
    );
    expect(steps(made)).toEqual(['x > b', 'b > c', '[d+e+f] b,c,x > f', 'f > g']);
  });

  it('leaves out what the output does not need', () => {
    const made = plan(
      [
        conv('x', 'a'),
        conv('x', 'dead'),
        on('Sigmoid', ['a'], 'deader'),
        on('Neg', ['a'], 'b'),
        conv('deader', 'second'),
      ],
      { outputs: ['b', 'second'] },
    );
    expect(steps(made)).toEqual(['x > a', '[b] a > b']);
    expect(made.host.map(({ name }) => name)).toEqual(['b']);
  });

  it('has no steps for what never changes', () => {
    const made = plan(
      [
        on('Neg', ['w'], 'minus'),
        on('Transpose', ['minus'], 'turned', { perm: [0, 1, 3, 2] }),
        conv('x', 'a', 'turned'),
        on('Mul', ['a', 'turned'], 'b'),
      ],
      { initializers: [w('w', [1, 4, 1, 1])], outputs: ['a'] },
    );
    expect(steps(made)).toEqual(['x > a']);
    expect(made.host).toEqual([]);
  });

  it('ends with a tensor of the chip, a view of it, or one that is read again', () => {
    expect(steps(plan([conv('x', 'a')]))).toEqual(['x > a']);
    expect(steps(plan([conv('x', 'a'), on('Flatten', ['a'], 'b')]))).toEqual(['x > a', '[b] a > b']);
    const both = plan([conv('x', 'a'), on('Relu', ['a'], 'b'), conv('b', 'c')], { outputs: ['a', 'c'] });
    expect(steps(both)).toEqual(['x > a']);
    const later = plan([conv('x', 'a'), on('Relu', ['a'], 'b'), conv('b', 'c')], { outputs: ['c', 'a'] });
    expect(steps(later)).toEqual(['x > a', '[b] a > b', 'b > c']);
  });

  it('runs a fully connected layer on channels alone where its feature map is too large for a filter', () => {
    const shape = [4, 20, 8];
    const nodes = [conv('x', 'a'), on('Flatten', ['a'], 'b'), on('MatMul', ['b', 'v'], 'c')];
    const made = plan(nodes, { shape, initializers: [...initializers, w('v', [640, 5])] });
    expect(steps(made)).toEqual(['x > a', 'a > c']);
    expect(made.steps.map((step) => step.on === 'chip' && step.layer.input)).toEqual([shape, [640, 1, 1]]);
  });

  it('runs on the host what the chip cannot, and tells why', () => {
    const made = plan([
      conv('x', 'a'),
      on('Conv', ['a', 'w'], 'b', { dilations: [2, 2] }),
      on('AveragePool', ['b'], 'c', { kernel_shape: [2, 2] }),
      on('Conv', ['c', 'w'], 'd', { strides: [3, 3], pads: [4, 4, 4, 4] }),
    ]);
    expect(made.host).toEqual([
      { name: 'b', op: 'Conv', reason: 'dilation: found 2; allowed: 1 on this chip' },
      { name: 'c', op: 'AveragePool', reason: 'the chip pools by maximum alone' },
      { name: 'd', op: 'Conv', reason: 'vertical stride: found 3; allowed: 1, 2, 4 on this chip' },
    ]);
    expect(made.macs).toBeGreaterThan(0);
  });

  it('does not know its MACs where nobody knows a node', () => {
    const strange = node('Strange', ['a'], ['b'], {}, { domain: 'own', name: 'b' });
    const made = plan([conv('x', 'a'), strange]);
    expect(made.macs).toBeUndefined();
    expect(made.host).toEqual([{ name: 'b', op: 'Strange', reason: null }]);
  });

  it('folds a Pad into one convolution, and runs it for another that the chip cannot run', () => {
    const made = plan(
      [
        on('Pad', ['x', 'pads'], 'p'),
        on('Conv', ['p', 'w'], 'a'),
        on('Conv', ['p', 'w'], 'b', { dilations: [2, 2], pads: [1, 1, 1, 1] }),
        on('Add', ['a', 'b'], 'c'),
      ],
      { initializers: [...initializers, integers('pads', [0, 0, 1, 1, 0, 0, 1, 1])] },
    );
    expect(steps(made)).toEqual(['[p+b] x > b', 'x > a', '[c] a,b > c']);
  });
});

describe('a plan until a node', () => {
  const nodes = [conv('x', 'a'), on('Relu', ['a'], 'b'), on('Sigmoid', ['b'], 'c'), conv('c', 'd')];

  it('ends with that node, or with the layer that it is part of', () => {
    expect(steps(plan(nodes, { until: 'c' }))).toEqual(['x > b', '[c] b > c']);
    expect(steps(plan(nodes, { until: 'a' }))).toEqual(['x > b']);
    expect(steps(plan(nodes, { until: 'b' }))).toEqual(['x > b']);
    expect(plan(nodes, { until: 'c' }).output).toBe('c');
  });

  it('is none where there is no such node', () => {
    expect(problemOf(() => plan([conv('x', 'conv1')], { until: 'conv2' }))).toMatchObject({
      path: ['until'],
      found: 'conv2',
      suggestion: 'conv1',
    });
  });
});

describe('a batch', () => {
  it('is as large as the file is made for, or usual', () => {
    const batchOf = (size: number | string) => {
      const runnable = modelOf([conv('x', 'a')], { initializers, inputs: { x: [size, 4, 8, 8] } });
      return planRun(runnable, { shape: [4, 8, 8], mapping: {} }).graph.images;
    };
    expect([batchOf('n'), batchOf(3), batchOf(1)]).toEqual([4, 3, 1]);
  });

  const fixed = [conv('x', 'a'), on('Reshape', ['a', 's'], 'b'), on('MatMul', ['b', 'v'], 'c')];
  const given = {
    initializers: [...initializers, integers('s', [3, 256]), w('v', [256, 5])],
    inputs: { x: [3, 4, 8, 8] },
  };

  it('may be another than the file says where its nodes fit', () => {
    expect(plan([conv('x', 'a')], { inputs: { x: [3, 4, 8, 8] }, batch: 5 }).graph.images).toBe(5);
    expect(problemOf(() => planOf(fixed, { ...given, batch: 5 }))).toMatchObject({
      code: 'does-not-fit',
      path: ['batch'],
      found: 5,
      allowed: expect.stringContaining('3, which net.onnx is made for'),
    });
  });

  it.each([0, -1, 1.5, Number.NaN])('is a whole number from 1, not %d', (batch) => {
    expect(problemOf(() => plan([conv('x', 'a')], { batch }))).toMatchObject({
      code: 'out-of-range',
      path: ['batch'],
    });
  });

  it('that is not full has a graph of its own, or is refused', () => {
    const open = plan([conv('x', 'a'), on('Flatten', ['a'], 'b')], { batch: 4 });
    expect(graphForFewer(open, 3).facts.get('b')!.shape).toEqual([3, 256]);
    const made = planOf(fixed, { ...given, batch: 3 });
    expect(problemOf(() => graphForFewer(made, 2))).toMatchObject({ code: 'does-not-fit', path: ['batch'] });
    // Its nodes fit, but then images are cut in pieces
    const cut = [conv('x', 'a'), on('Reshape', ['a', 's'], 'b'), on('Relu', ['b'], 'c')];
    const pieces = planOf(cut, {
      ...given,
      initializers: [...initializers, integers('s', [3, -1])],
      batch: 3,
    });
    expect(classesOf(pieces)).toBe(256);
    expect(problemOf(() => graphForFewer(pieces, 2))).toMatchObject({ path: ['batch'] });
  });

  it('that is not full takes letters that are given, but no more images than there are', () => {
    const made = plan([conv('x', 'a')], { batch: 4, mapping: { ...ones, n: 4 } });
    const [step] = made.steps;
    if (step?.on !== 'chip') throw new Error('no layer');
    expect(step.chosen.mapping.n).toBe(4);
    expect(mappingForFewer(step, 3, made).mapping).toEqual({ ...step.chosen.mapping, n: 3 });
    const best = { ...made, mapping: 'best' as const };
    expect(mappingForFewer(step, 3, best).mapping.n).toBeLessThanOrEqual(3);
  });
});

describe('letters of a mapping', () => {
  it('that fit no layer are refused', () => {
    expect(problemOf(() => plan([conv('x', 'a')], { mapping: { n: 3 } }))).toMatchObject({
      path: ['mapping'],
    });
  });
});

describe('classes', () => {
  const classes = (nodes: readonly NodeProto[], given: Given = {}) => classesOf(plan(nodes, given));
  const more = { initializers: [...initializers, w('v', [4, 5]), w('one', [4, 1])] };

  it('are scores of each image', () => {
    const pooled = [conv('x', 'a'), on('GlobalAveragePool', ['a'], 'b')];
    expect(classes(pooled)).toBe(4);
    expect(classes([...pooled, on('Flatten', ['b'], 'c'), on('MatMul', ['c', 'v'], 'd')], more)).toBe(5);
  });

  it('are none of feature maps, single scores, other batches or whole numbers', () => {
    const pooled = [conv('x', 'a'), on('GlobalAveragePool', ['a'], 'b'), on('Flatten', ['b'], 'c')];
    expect(classes([conv('x', 'a')])).toBeUndefined();
    expect(classes([...pooled, on('MatMul', ['c', 'one'], 'd')], more)).toBeUndefined();
    expect(classes([...pooled, on('Transpose', ['c'], 'd')])).toBeUndefined();
    expect(classes([...pooled, on('Cast', ['c'], 'd', { to: 7 })])).toBeUndefined();
    expect(classes([...pooled, on('ArgMax', ['c'], 'd', { axis: 1 })])).toBeUndefined();
  });
});

describe('a model that cannot be run', () => {
  const problem = (nodes: readonly NodeProto[], given: Given = {}) => problemOf(() => plan(nodes, given));

  it('has nothing for the chip', () => {
    expect(problem([on('Relu', ['x'], 'a')])).toMatchObject({ found: 'no convolution', file: 'net.onnx' });
    const strides = [
      on('Conv', ['x', 'w'], 'a', { strides: [3, 3] }),
      on('AveragePool', ['a'], 'b', { kernel_shape: [2, 2] }),
    ];
    expect(problem(strides).found).toBe(
      'nothing that the chip can run: a: vertical stride: found 3; allowed: 1, 2, 4 on this chip; b: the chip pools by maximum alone',
    );
  });

  it('draws random numbers, but for nothing that is needed', () => {
    const nodes = [conv('x', 'a'), on('RandomNormalLike', ['a'], 'r'), on('Add', ['a', 'r'], 'b')];
    expect(problem(nodes, { outputs: ['b'] })).toMatchObject({
      path: ['node r (RandomNormalLike)'],
      found: 'it draws random numbers',
      file: 'net.onnx',
    });
    expect(plan(nodes, { outputs: ['a'] }).host).toEqual([]);
  });

  it('has an output that nothing on the chip is needed for', () => {
    const found = 'no convolution that the output b needs';
    expect(problem([conv('x', 'a'), on('Relu', ['x'], 'b')]).found).toBe(found);
    const average = on('AveragePool', ['x'], 'c', { kernel_shape: [2, 2] });
    expect(problem([conv('x', 'a'), on('Relu', ['x'], 'b'), average], { outputs: ['b', 'a'] }).found).toBe(
      found,
    );
    expect(problem([conv('x', 'a')], { outputs: ['x'] }).found).toBe(
      'no convolution that the output x needs',
    );
    expect(problem([conv('x', 'a')], { outputs: [] }).found).toBe('no convolution');
  });

  it('ends before anything that the chip can run', () => {
    const average = on('AveragePool', ['x'], 'a', { kernel_shape: [2, 2] });
    const nodes = [on('Relu', ['x'], 'r'), average, conv('a', 'b')];
    expect(problem(nodes, { until: 'r' })).toMatchObject({ path: ['until'], found: 'r' });
    expect(problem(nodes, { until: 'a' })).toMatchObject({
      path: ['until'],
      found: 'a, with nothing that the chip can run: a: the chip pools by maximum alone',
    });
  });

  it('has two inputs, or none, or one that is no tensor of floats', () => {
    const two = { inputs: { x: ['n', 4, 8, 8], z: ['n', 1] } };
    expect(problem([conv('x', 'a')], two)).toMatchObject({
      found: 'x, z',
      allowed: expect.stringContaining('one input'),
    });
    expect(problem([on('Relu', ['w'], 'a')], { inputs: {} })).toMatchObject({ found: 'none' });
    expect(problem([on('Relu', ['x'], 'a')], { inputs: { x: ['n'] } }).found).toBe('x of 1 dimensions');
  });

  it('is given images of another shape', () => {
    const runnable = modelOf([conv('x', 'a')], { initializers });
    expect(problemOf(() => planRun(runnable, { shape: [4, 8, 9] }))).toMatchObject({
      path: ['input', 'x'],
      found: '4 × 8 × 9',
      allowed: '4 × 8 × 8, as net.onnx says',
    });
    expect(problemOf(() => planRun(runnable, { shape: [4, 8] })).found).toBe('4 × 8');
  });

  it('lacks weights', () => {
    const outside = external('w', [4, 4, 3, 3], { location: 'w.bin' });
    expect(problem([conv('x', 'a')], { initializers: [outside] })).toMatchObject({
      code: 'missing',
      path: ['graph', 'w'],
      allowed: 'its values, from w.bin',
    });
    const empty = { ...floats('w', [4, 4, 3, 3]), rawData: new Uint8Array() };
    expect(problem([conv('x', 'a')], { initializers: [empty] })).toMatchObject({ found: '0 bytes' });
    const short = { ...empty, floatData: [1, 2, 3] };
    expect(problem([conv('x', 'a')], { initializers: [short] })).toMatchObject({
      found: '12 bytes',
      allowed: '576 bytes, for 4 × 4 × 3 × 3 floats of 32 bits',
    });
  });
});
