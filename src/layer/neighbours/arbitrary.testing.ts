/** Random networks to export and to read again, and what must hold of them then. */

import fc from 'fast-check';
import { expect } from 'vitest';
import { type Layer, type LayerSpec, type Network, networkFromSpec } from '../layer.ts';
import { type LayerShape, layerShape } from '../shape.ts';

const size = (min: number, max: number) => fc.integer({ min, max });
const pair = (min: number, max: number) => fc.tuple(size(min, max), size(min, max));

/** What a format can say of convolutions. */
interface Sayable {
  readonly names: fc.Arbitrary<string>;
  readonly strides: fc.Arbitrary<number | [number, number]>;
  readonly dilations: fc.Arbitrary<number | [number, number]>;
  readonly weightsPerImage: fc.Arbitrary<boolean>;
}

/** Names of any characters, and of such as mean something in YAML, Jinja or CSV, or to SCALE-Sim. */
export const anyName = fc.oneof(
  fc.string({ unit: 'binary', minLength: 1, maxLength: 20 }),
  fc
    .array(
      fc.constantFrom(...'{}%#"\'\\:,&* \n\rab1', '{{', '}}', '{%', '{#', 'DP', '_group_1_of_2', '\\u007b'),
      {
        minLength: 1,
        maxLength: 8,
      },
    )
    .map((pieces) => pieces.join('')),
);

/** Everything. */
const ANY: Sayable = {
  names: anyName,
  strides: fc.oneof(size(1, 5), pair(1, 5)),
  dilations: fc.oneof(size(1, 3), pair(1, 3)),
  weightsPerImage: fc.boolean(),
};

/** Networks of convolutions, fully connected layers and pools, at least one of them no pool. */
export function anyNetwork(sayable: Partial<Sayable> = {}): fc.Arbitrary<Network> {
  const { names, strides, dilations, weightsPerImage } = { ...ANY, ...sayable };
  const input = fc.tuple(
    size(1, 4).map((n) => 6 * n),
    size(1, 40),
    size(1, 40),
  );
  const filters = size(1, 20).map((n) => 6 * n);
  const walk = {
    name: names,
    input,
    kernel: fc.oneof(size(1, 6), pair(1, 6)),
    stride: strides,
    pad: fc.oneof(size(0, 3), fc.tuple(size(0, 3), size(0, 3), size(0, 3), size(0, 3))),
  };
  const groups = fc.constantFrom(1, 1, 2, 3, 6);
  const layer: fc.Arbitrary<LayerSpec> = fc.oneof(
    fc.record({
      ...{ ...walk, filters, groups, weightsPerImage },
      type: fc.constant('conv' as const),
      dilation: dilations,
    }),
    fc.record({ name: names, type: fc.constant('fc' as const), input, filters }),
    fc.record({ ...walk, type: fc.constant('pool' as const) }),
  );
  const layers = fc.uniqueArray(layer.filter(canBe), {
    minLength: 1,
    maxLength: 12,
    selector: ({ name }) => name,
  });
  return fc
    .record({ name: fc.string({ minLength: 1 }), layers })
    .map(networkFromSpec)
    .filter((network) => network.layers.some(({ type }) => type !== 'pool'));
}

function canBe(layer: LayerSpec): boolean {
  try {
    networkFromSpec({ name: 'x', layers: [layer] });
    return true;
  } catch {
    return false;
  }
}

/** What a layer is to everything that computes with it; a convolution with one position may come back fully connected. */
const essence = (layer: Layer, batch: number): Omit<LayerShape, 'type'> & { readonly name: string } => {
  const { type: _, ...shape } = layerShape(layer, batch);
  return { name: layer.name, ...shape };
};

/** Checks that layers are those of a network but its pools, by name, in its order, and equal in every letter. */
export function expectSameLayers(found: Network, { layers }: Network): void {
  const exported = layers.filter(({ type }) => type !== 'pool');
  for (const batch of [1, 4]) {
    expect(found.layers.map((layer) => essence(layer, batch))).toEqual(
      exported.map((layer) => essence(layer, batch)),
    );
  }
  for (const [i, layer] of exported.entries()) {
    const { E, F, Uv, Uh, G, spanR, spanS, R, S, N } = layerShape(layer, 2);
    const isCovered = E * F * Uv * Uh * G === 1 && N === 2 && spanR === R && spanS === S;
    expect(found.layers[i]!.type).toBe(isCovered ? 'fc' : 'conv');
  }
}
