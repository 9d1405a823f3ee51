import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { z } from 'zod';
import { EYERISS_CHIP } from '../chip/chip.ts';
import { chipSchema, formatChip } from '../chip/chip-file.ts';
import { formatHardware, hardwareSchema } from '../hardware/hardware-file.ts';
import { HARDWARE_PRESETS } from '../hardware/presets.ts';
import { allows } from '../json-schema.testing.ts';
import { networkSchema } from '../layer/network-file.ts';
import { architectureSchema } from '../loopnest/files/architecture-file.ts';
import { constraintsSchema } from '../loopnest/files/constraints-file.ts';
import { mappingSchema } from '../loopnest/files/mapping-file.ts';
import { problemSchema } from '../loopnest/files/problem-file.ts';
import { processingSchema } from '../run/processing-file.ts';
import { FILE_KINDS, type FileKind, jsonSchemaOf, schemaUrl } from './schemas.ts';

const at = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const { version } = JSON.parse(readFileSync(at('package.json'), 'utf8')) as { version: string };

type JsonSchema = z.core.JSONSchema.BaseSchema;
const schemaOf = (kind: FileKind): JsonSchema => jsonSchemaOf(kind, version);

const ZOD: Readonly<Record<FileKind, z.ZodType>> = {
  hardware: hardwareSchema,
  network: networkSchema,
  chip: chipSchema,
  processing: processingSchema,
  architecture: architectureSchema,
  problem: problemSchema,
  mapping: mappingSchema,
  constraints: constraintsSchema,
};

/** What files say, by their kind. */
const VALID: Readonly<Record<FileKind, readonly unknown[]>> = {
  hardware: [
    ...HARDWARE_PRESETS.map(({ hardware }) => parse(formatHardware(hardware))),
    { name: 'area', storageArea: 4e6, rfBytes: 2, energy: { glb: 0.5 }, areaCurve: [[16, 60]] },
  ],
  network: [
    {
      name: 'all',
      layers: [
        { name: 'a', type: 'conv', input: [3, 8, 8], filters: 4, kernel: 3, pad: [1, 0], dilation: 2 },
        { name: 'b', type: 'conv', input: [4, 8, 8], filters: 4, kernel: [3, 1], stride: 2, groups: 4 },
        { name: 'c', type: 'pool', input: [4, 4, 4], kernel: 2, stride: [1, 2], pad: [0, 1, 0, 1] },
        { name: 'd', type: 'fc', input: [4, 2, 2], filters: 10 },
        { name: 'e', type: 'fc', input: [10], filters: 2 },
      ],
    },
  ],
  chip: [parse(formatChip(EYERISS_CHIP)), { name: 'small', array: { rows: 3 }, rlc: { wordBits: 96 } }],
  processing: [
    {},
    {
      input: { size: [48, 192], fit: 'contain', background: 255, layout: 'NHWC', colors: 'bgr', mean: 127.5 },
      output: { labels: 'labels.txt', softmax: true, top: 3 },
    },
    { input: { mean: [123.675, 116.28, 103.53], scale: [58.395, 57.12, 57.375] } },
  ],
  architecture: [
    {
      name: 'a',
      levels: [
        { name: 'DRAM', energy: 200, bandwidth: { read: 4, write: 0.5 } },
        { name: 'GLB', energy: 6, capacity: 65_536, fanout: { x: 16, energy: 2 }, doubleBuffered: true },
        {
          name: 'RF',
          energy: { read: 1, fill: 1, update: 2 },
          capacity: { weights: 224 },
          holds: ['weights'],
        },
      ],
      mac: { energy: 1 },
    },
  ],
  problem: [
    { name: 'a', type: 'conv', M: 384, P: 13, groups: 2, stride: [2, 1], dilation: 3 },
    { name: 'b', type: 'matmul', M: 4, N: 5, K: 6 },
    {
      name: 'c',
      type: 'general',
      sizes: { C: 3, P: 8, R: 3 },
      tensors: { weights: ['C', 'R'], inputs: ['C', '2*P + R'], outputs: ['P'] },
    },
  ],
  mapping: [
    {
      levels: [
        { name: 'DRAM', temporal: [['Q', 5]] },
        { name: 'GLB', keep: ['inputs'], spatialX: [['M', 4]], spatialY: [['C', 2]] },
      ],
    },
  ],
  constraints: [
    {},
    {
      name: 'a',
      source: 'b',
      buffers: 'free',
      axes: 'both',
      levels: {
        GLB: { keep: ['weights'], bypass: ['inputs'], spatialX: { only: ['M'] } },
        RF: {
          free: ['inputs'],
          temporal: { factors: { R: 'all', P: 7, M: { most: 16 } }, order: ['P', 'R'] },
        },
      },
    },
  ],
};

it('every file in schemas/ is made of a schema of the code', () => {
  expect(readdirSync(at('schemas')).sort()).toEqual(FILE_KINDS.map((kind) => `${kind}.schema.json`).sort());
});

describe.each(FILE_KINDS)('the schema of a %s file', (kind) => {
  // `npm run schemas` writes the file.
  it('is the one in schemas/', async () => {
    const text = `${JSON.stringify(schemaOf(kind), null, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../../schemas/${kind}.schema.json`);
  });

  it('says what it is, and where', () => {
    expect(schemaOf(kind)).toMatchObject({
      $schema: 'http://json-schema.org/draft-07/schema#',
      $id: schemaUrl(kind, version),
      title: `Rowhouse ${kind} file`,
      description: expect.stringMatching(/\.$/),
    });
  });

  it('says what every key means, and asks for none that has a default', () => {
    for (const { properties, required } of objectsIn(schemaOf(kind))) {
      expect(Object.keys(properties)).not.toEqual([]);
      for (const [key, one] of Object.entries(properties)) {
        expect(one.description, key).toMatch(/\.$/);
        if ('default' in one) expect(required).not.toContain(key);
      }
    }
  });

  it.each(VALID[kind].map((value, i) => [i, value]))('allows what a file may say: %i', (_, value) => {
    expect(ZOD[kind].safeParse(value).success).toBe(true);
    expect(allows(schemaOf(kind), value)).toBe(true);
  });

  it('allows what the reader allows, and nothing else', () => {
    const schema = schemaOf(kind);
    let allowed = 0;
    fc.assert(
      fc.property(fc.constantFrom(...VALID[kind]).chain(flawed), (value) => {
        const isAllowed = allows(schema, value);
        expect(ZOD[kind].safeParse(value).success).toBe(isAllowed);
        if (isAllowed) allowed++;
      }),
      { numRuns: 2000 },
    );
    expect(allowed).toBeGreaterThan(20);
    expect(allowed).toBeLessThan(1980);
  });
});

it('has an entry for every key of the code', () => {
  const keysOf = (schema: z.ZodObject) => Object.keys(schema.shape);
  expect(Object.keys(schemaOf('hardware').properties!)).toEqual(keysOf(hardwareSchema));
  expect(Object.keys(schemaOf('chip').properties!)).toEqual(keysOf(chipSchema));
  expect(Object.keys(schemaOf('processing').properties!)).toEqual(keysOf(processingSchema));
  expect(Object.keys(schemaOf('architecture').properties!)).toEqual(keysOf(architectureSchema));
  expect(Object.keys(schemaOf('mapping').properties!)).toEqual(keysOf(mappingSchema));
  expect(Object.keys(schemaOf('constraints').properties!)).toEqual(keysOf(constraintsSchema));
  const forms = schemaOf('problem').oneOf as JsonSchema[];
  expect(forms.map(({ properties }) => Object.keys(properties!))).toEqual(problemSchema.options.map(keysOf));
  const { layers } = schemaOf('network').properties as Record<string, JsonSchema>;
  const types = (layers!.items as JsonSchema).oneOf as JsonSchema[];
  expect(types.map(({ properties }) => Object.keys(properties!))).toEqual(
    networkSchema.shape.layers.element.options.map(keysOf),
  );
});

interface ObjectSchema {
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required: readonly string[];
}

/** Every schema of a mapping of known keys in a schema. */
function objectsIn(schema: unknown): ObjectSchema[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const inner = Object.values(schema).flatMap(objectsIn);
  const { type, properties, required = [], additionalProperties } = schema as JsonSchema;
  return type === 'object' && additionalProperties === false
    ? [{ properties, required } as ObjectSchema, ...inner]
    : inner;
}

/** A value with a part of it replaced, taken away, or joined by another. */
function flawed(value: unknown): fc.Arbitrary<unknown> {
  const part = fc.oneof(
    fc.constantFrom(0, -1, 1, 0.5, 2, 3, 64, 65_536, 1e6, 1e12, 1e13, '', 'x', 'conv', 'fc', 'pool', null),
    fc.integer({ min: 0, max: 2000 }),
    fc.constantFrom([], {}, [1], [1, 2], [1, 2, 3], [1, 2, 3, 4], [[4, 0.5]], { rows: 12 }),
    fc.jsonValue({ maxDepth: 2 }),
  );
  const key = fc.constantFrom('name', 'pes', 'pad', 'energy', 'groups', 'pe', 'x', 'constructor');
  return fc
    .tuple(fc.nat(), fc.constantFrom('replace', 'remove', 'add'), key, part)
    .map(([n, how, key, other]) => {
      const places = placesIn(value);
      const [path, inner] = places[n % places.length]!;
      if (how === 'replace') return changed(value, path, () => other);
      if (how === 'remove') return changed(value, path, () => undefined);
      return changed(value, path, () => joined(inner, key, other));
    });
}

type Path = readonly string[];

const placesIn = (value: unknown, path: Path = []): (readonly [Path, unknown])[] => [
  [path, value],
  ...(typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => placesIn(inner, [...path, key]))
    : []),
];

function joined(value: unknown, key: string, other: unknown): unknown {
  if (Array.isArray(value)) return [...value, other];
  return typeof value === 'object' ? { ...value, [key]: other } : value;
}

/** A copy with another value in a place, or none. */
function changed(value: unknown, [key, ...rest]: Path, change: () => unknown): unknown {
  if (key === undefined) return change() ?? null;
  const entries = Object.entries(value as object).flatMap(([name, inner]) => {
    if (name !== key) return [[name, inner]];
    const other = rest.length === 0 ? change() : changed(inner, rest, change);
    return other === undefined ? [] : [[name, other]];
  });
  return Array.isArray(value) ? entries.map(([, inner]) => inner) : Object.fromEntries(entries);
}
