import fc from 'fast-check';
import { expect, test } from 'vitest';
import { InputError } from '../../src/input-error.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../../src/layer/builtin.ts';
import { networkOf, refOf } from './network-ref.ts';
import { MOST_LAYERS } from './packed-network.ts';

test.each(BUILTIN_NETWORKS)('%s comes out of its address as it went in', async (name) => {
  const network = builtinNetwork(name);
  const ref = await refOf(network);
  expect(ref).toMatch(/^~[\w-]+$/);
  expect(ref.length).toBeLessThan(2000);
  expect(await networkOf(ref)).toEqual(network);
  expect(await networkOf(name)).toBe(network);
});

test('what became of the nodes of an ONNX file is kept, but for the list of all', async () => {
  const coverage = {
    macsPercent: 97.3,
    isUpperBound: false,
    nodes: {
      mapped: 8,
      folded: 2,
      elementwise: 1,
      unsupported: [{ name: 'x', op: 'Einsum', macs: null, reason: 'why' }],
    },
    elementwiseElements: 100,
    list: [{ name: 'x', op: 'Einsum', became: 'unsupported' as const, macs: null, elements: null }],
  };
  const network = { ...builtinNetwork('alexnet'), coverage };
  expect(await networkOf(await refOf(network))).toEqual({ ...network, coverage: { ...coverage, list: [] } });
});

test('refuses a network of too many layers', async () => {
  const [layer] = builtinNetwork('alexnet').layers;
  const layers = Array.from({ length: MOST_LAYERS + 1 }, (_, i) => ({ ...layer!, name: `L${i}` }));
  await expect(refOf({ name: 'long', layers })).rejects.toThrow(InputError);
});

test('whatever stands in an address, a mistake in it is the only thing that is thrown', async () => {
  const ref = await refOf(builtinNetwork('alexnet'));
  const damaged = fc
    .tuple(fc.nat({ max: ref.length - 1 }), fc.string({ maxLength: 3 }), fc.nat({ max: 4 }))
    .map(([at, text, cut]) => ref.slice(0, at) + text + ref.slice(at + cut));
  const any = fc.string({ maxLength: 60 }).map((text) => `~${text}`);
  await fc.assert(
    fc.asyncProperty(fc.oneof(damaged, any, fc.string()), async (text) => {
      try {
        await networkOf(text);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 500 },
  );
});
