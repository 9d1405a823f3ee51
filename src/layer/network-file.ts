import { z } from 'zod';
import { InputError, MOST_PROBLEMS, type Problem } from '../input-error.ts';
import { formatYaml, readYaml } from '../yaml-file.ts';
import {
  LARGEST_SIZE,
  type Layer,
  type LayerSpec,
  type Network,
  type NetworkSpec,
  networkFromSpec,
  type Padding,
  type Pair,
} from './layer.ts';
import { layerShape } from './shape.ts';

/**
 * The network that the text of a YAML or JSON file describes.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or not a network, or if a layer of it
 * cannot be (see {@link networkFromSpec}) or cannot be counted for even one image (see {@link layerShape}).
 */
export function parseNetwork(text: string, file: string): Network {
  return readYaml(text, file, networkSchema, countableNetwork);
}

/** A network as the text of a YAML file, a layer to a line, which {@link parseNetwork} makes the same network of. */
export function formatNetwork({ name, layers }: Network): string {
  const inOrder = layers.map(specOf).map(({ name, type, ...rest }) => ({ name, type, ...rest }));
  return formatYaml({ name, layers: inOrder }, networkSchema);
}

/** A layer as a person would write it: defaults left out, one number where directions agree. */
function specOf(layer: Layer): LayerSpec {
  if (layer.type === 'fc') {
    const [inputs, height, width] = layer.input;
    return { ...layer, input: height === 1 && width === 1 ? [inputs] : layer.input };
  }
  const walk = { kernel: one(layer.kernel), pad: unless(0, padOf(layer.pad)) };
  const stride = one(layer.stride);
  if (layer.type === 'pool') return { ...layer, ...walk, stride: unless(walk.kernel, stride) };
  const dilation = unless(1, one(layer.dilation));
  return { ...layer, ...walk, stride: unless(1, stride), dilation, groups: unless(1, layer.groups) };
}

const unless = <T>(standard: T, value: T): T | undefined =>
  String(value) === String(standard) ? undefined : value;

const one = (pair: Pair): number | Pair => (pair[0] === pair[1] ? pair[0] : pair);

function padOf([top, left, bottom, right]: Padding): number | Pair | Padding {
  return top === bottom && left === right ? one([top, left]) : [top, left, bottom, right];
}

/**
 * The layers that a specification means, each of which can be counted for at least one image.
 *
 * @throws InputError as {@link networkFromSpec} does, or with the path of a layer that is too large (see
 * {@link layerShape}).
 */
export function countableNetwork(spec: NetworkSpec): Network {
  const network = networkFromSpec(spec);
  const problems = network.layers.flatMap(sizeProblems);
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  return network;
}

/** What makes a layer too large to count for even one image. */
function sizeProblems(layer: Layer, i: number): Problem[] {
  try {
    layerShape(layer, 1);
    return [];
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return error.problems.map((problem) => ({ ...problem, path: ['layers', i] }));
  }
}

const size = z.int().min(1).max(LARGEST_SIZE);
const padSize = z.int().min(0).max(LARGEST_SIZE);

const pairOf = (one: typeof size) => z.tuple([one, one]).meta({ title: '[vertical, horizontal]' });
const perDirection = z.union([size, pairOf(size)]);

const name = z.string().min(1).describe('What the layer is called in results; no two have one name.');
const filters = size.describe(
  'Output channels, of all groups together; the outputs of a fully connected layer.',
);
const fmap = z.tuple([size, size, size]).meta({
  title: '[channels, height, width]',
  description: 'The ifmap: all groups together, without padding.',
});
const kernel = perDirection.describe('Rows and columns of a filter.');
const stride = (standard: string) =>
  perDirection.describe(`Rows and columns from one window to the next. Default: ${standard}.`);
const pad = z
  .union([
    padSize,
    pairOf(padSize),
    z.tuple([padSize, padSize, padSize, padSize]).meta({ title: '[top, left, bottom, right]' }),
  ])
  .optional()
  .describe('Rows and columns of zeros around the ifmap. Default: 0.');

const weightZeros = z
  .number()
  .min(0)
  .max(1)
  .optional()
  .describe('Share of the weights that are zero; shown in results. Default: unknown.');

const conv = z.strictObject({
  name,
  type: z.literal('conv').describe('A convolution; depthwise where groups equals the channels.'),
  input: fmap,
  filters,
  kernel,
  stride: stride('1').optional(),
  pad,
  dilation: perDirection
    .optional()
    .describe('Distance between the rows and columns of a filter. Default: 1.'),
  groups: size
    .optional()
    .describe('Convolutions side by side, each with its share of channels and filters. Default: 1.'),
  weightsPerImage: z
    .boolean()
    .optional()
    .describe('True where weights are computed, for each image its own. Default: false.'),
  weightZeros,
});

const fc = z.strictObject({
  name,
  type: z.literal('fc').describe('A fully connected layer.'),
  input: z
    .union([fmap, z.tuple([size]).meta({ title: '[inputs]' })])
    .describe('A feature map, or just the number of inputs.'),
  filters,
  weightZeros,
});

const pool = z.strictObject({
  name,
  type: z.literal('pool').describe('A pooling layer.'),
  input: fmap,
  kernel,
  stride: stride('the kernel, so that windows do not overlap').optional(),
  pad,
});

/** The form of a network file. */
export const networkSchema = z.strictObject({
  name: z.string().min(1).describe('What the network is called in results.'),
  layers: z
    .array(z.discriminatedUnion('type', [conv, fc, pool]))
    .min(1)
    .meta({ title: 'a list of at least one layer', description: 'In the order in which they run.' }),
}) satisfies z.ZodType<NetworkSpec>;
