import { expect, it } from 'vitest';
import { drawn, run, smallPlan, weights } from './run.testing.ts';
import { on } from './small-models.testing.ts';

it.each([
  [70_000, 1],
  [150_000, 3],
])(
  'sums of %d products, one in %d of which is not zero, get back what cutting takes',
  async (products, every) => {
    const shape = [products];
    const nodes = [on('MatMul', ['x', 'w'], 'y')];
    const plan = smallPlan({ shape, nodes, initializers: [weights('w', [products, 2], products)] });
    const { image, names } = drawn(shape, 2);
    const thinned = async (i: number) => (await image(i)).map((pixel, k) => (k % every === 0 ? pixel : 0));
    const { result } = await run(plan, { names, shape, image: thinned });
    const [layer] = result.layers;
    expect(layer!.noise!.uncorrectedDb).toBeLessThan(10);
    expect(layer!.snrDb).toBeGreaterThan(25);
  },
);
