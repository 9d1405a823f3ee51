import { describe, expect, it } from 'vitest';
import { InputError } from '../input-error.ts';
import { floats, integers, node } from '../layer/onnx/model.testing.ts';
import { drawn, run, smallPlan, weights } from './run.testing.ts';
import { conv, head, k, on, v } from './small-models.testing.ts';

/** The problem that a run has. */
async function problemOf(work: Promise<unknown>) {
  try {
    await work;
  } catch (error) {
    if (error instanceof InputError) return error.problems[0]!;
    throw error;
  }
  throw new Error('nothing is wrong');
}

describe('a run that cannot be', () => {
  const given = { nodes: [conv('x', 'a'), ...head('a')], initializers: [k, v] };
  const images = drawn([3, 6, 6], 3);

  it('has no images', async () => {
    expect(await problemOf(run(smallPlan(given), { ...images, names: [] }))).toMatchObject({
      code: 'missing',
      path: ['input'],
    });
  });

  it('has images of another size than they say', async () => {
    const short = { ...images, image: (i: number) => new Float32Array(i === 2 ? 107 : 108) };
    expect(await problemOf(run(smallPlan(given), short))).toMatchObject({
      path: ['input', 'image 2'],
      found: '107 values',
    });
  });

  it.each([
    ['NaN', Number.NaN],
    ['infinity', Number.POSITIVE_INFINITY],
  ])('has %s in an image', async (_, value) => {
    const image = (i: number) => new Float32Array(108).fill(i === 2 ? value : 0.5);
    expect(await problemOf(run(smallPlan(given), { ...images, image }))).toMatchObject({
      code: 'out-of-range',
      path: ['input', 'image 2', expect.any(String)],
    });
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    'has weights of %d',
    async (value) => {
      const bad = floats('k', [3, 3, 3, 3], new Float32Array(81).fill(0.1).fill(value, 7, 8));
      const nodes = [conv('x', 'a'), on('Relu', ['a'], 'b'), ...head('b')];
      expect(await problemOf(run(smallPlan({ nodes, initializers: [bad, v] }), images))).toMatchObject({
        code: 'out-of-range',
        found: expect.stringContaining('infinity or NaN'),
      });
    },
  );

  it.each([
    [
      'an operator that nobody knows',
      node('Strange', ['a'], ['b'], {}, { name: 'odd' }),
      'node odd (Strange)',
    ],
    [
      'an operator of another domain',
      node('Strange', ['a'], ['b'], {}, { name: 'odd', domain: 'own' }),
      'node odd (Strange)',
    ],
    [
      'an operator with a name that is a pattern',
      node('Str(ange', ['a'], ['b'], {}, { name: 'odd' }),
      'node odd (Str(ange)',
    ],
    [
      'a node that cannot run on what it gets',
      node('Reshape', ['a', 's'], ['b'], {}, { name: 'odd' }),
      'node odd (Reshape)',
    ],
  ])('has %s', async (_, odd, path) => {
    const nodes = [
      conv('x', 'a'),
      on('Relu', ['a'], 'r'),
      on('ReduceSum', ['r'], 't'),
      on('Cast', ['t'], 's', { to: 7 }),
      odd,
      on('Softmax', ['b'], 'y'),
    ];
    expect(await problemOf(run(smallPlan({ nodes, initializers: [k] }), images))).toMatchObject({
      code: 'syntax',
      path: [path],
      file: 'net.onnx',
    });
  });

  it('has a batch that its images do not fill, of a model that is made for full ones', async () => {
    const nodes = [conv('x', 'a'), on('Reshape', ['a', 's'], 'b'), on('MatMul', ['b', 'w'], 'c')];
    const initializers = [k, integers('s', [2, 108]), weights('w', [108, 3], 108)];
    const fixed = { nodes, initializers, inputs: { x: [2, 3, 6, 6] } };
    let made = 0;
    const counted = { ...images, image: (i: number) => images.image(i + 0 * ++made) };
    expect(await problemOf(run(smallPlan(fixed), counted))).toMatchObject({
      code: 'does-not-fit',
      path: ['batch'],
    });
    expect(made).toBe(0);
    const { result } = await run(smallPlan(fixed), { ...images, names: images.names.slice(0, 2) });
    expect(result.images).toBe(2);
  });

  it('has a shape in the file that is another when it runs', async () => {
    const nodes = [
      on('NonZero', ['x'], 'places'),
      on('Cast', ['places'], 'p', { to: 1 }),
      on('Reshape', ['p', 's'], 'r'),
      conv('r', 'y'),
    ];
    const odd = {
      nodes,
      initializers: [k, integers('s', [-1, 3, 6, 6])],
      between: { r: ['n', 3, 6, 6], p: [4, 'm'] },
    };
    const two = { ...images, names: ['one', 'two'] };
    expect(await problemOf(run(smallPlan(odd), two))).toMatchObject({
      code: 'does-not-fit',
      path: ['node y'],
      found: '864 values in p',
      allowed: expect.stringContaining('216'),
    });
  });
});
