import { LARGEST_SIZE } from '../../layer.ts';
import {
  type Fact,
  type LayerForm,
  type NodeFacts,
  NotKnown,
  type Operator,
  product,
  type Work,
} from '../fact.ts';
import { FLOAT32 } from '../tensor.ts';
import { phasesOf } from './phases.ts';
import { planar, STILL, type Walk, walksOf, windowAttributes } from './window.ts';

/** Which of a convolution's inputs are what. */
interface Places {
  readonly ifmap: number;
  readonly weights: number;
  readonly zeroPoint?: number;
}

const conv = (places: Places, outputType: (node: NodeFacts) => number): Operator => ({
  kind: 'mapped',
  infer: (node) => {
    const { images, filters, walks } = convolution(node, places, node.shape(places.ifmap));
    const shape = [images, filters, ...walks.map(({ outputs }) => outputs)];
    return [{ type: outputType(node), shape, isFmap: shape.length === 4 }];
  },
  work: (node, images) => convolutionWork(node, places, images),
});

const sameType = (node: NodeFacts) => node.fact(0).type;
const INT32 = 6;

/** Convolutions, by the name of their operator. */
export const CONVOLUTIONS: Readonly<Record<string, Operator>> = {
  Conv: conv({ ifmap: 0, weights: 1 }, sameType),
  ConvInteger: conv({ ifmap: 0, weights: 1, zeroPoint: 3 }, () => INT32),
  QLinearConv: conv({ ifmap: 0, weights: 3, zeroPoint: 5 }, (node) =>
    node.has(7) ? node.fact(7).type : sameType(node),
  ),
  ConvTranspose: { kind: 'mapped', infer: inferTransposed, work: transposedWork },
  DeformConv: {
    kind: 'mapped',
    infer: (node) => CONVOLUTIONS.Conv!.infer(node),
    work: (node, images) => {
      const { macs } = convolutionWork(node, { ifmap: 0, weights: 1 }, images);
      return { macs, layers: [], reason: 'its windows change their form from pixel to pixel' };
    },
  },
};

/** A convolution's sizes: with the padding of a Pad before it where its ifmap is what was before that. */
function convolution(node: NodeFacts, { weights }: Places, ifmap: readonly number[], padded = NO_PADDING) {
  const filter = node.shape(weights);
  const axes = ifmap.length - 2;
  if (axes < 1 || filter.length !== ifmap.length) {
    throw node.flaw(
      `an input of ${ifmap.length} and weights of ${filter.length} dimensions`,
      'equally many, from 3: images, channels and one or more directions',
    );
  }
  const [images, channels, ...sizes] = ifmap as [number, number, ...number[]];
  const [filters, perGroup, ...kernel] = filter as [number, number, ...number[]];
  const groups = node.integer('group', 1);
  if (perGroup * groups !== channels || filters % groups !== 0) {
    throw node.flaw(
      `${channels} channels and ${filters} filters for ${groups} groups of ${perGroup} channels`,
      `as many channels as groups have together, and groups that divide the filters`,
    );
  }
  checkKernel(node, kernel);
  const whole = sizes.map((size, i) => size + (padded.begins[i] ?? 0) + (padded.ends[i] ?? 0));
  const walks = walksOf(node, whole, kernel).map((walk, i) => {
    const [before, after] = [padded.begins[i] ?? 0, padded.ends[i] ?? 0];
    return { ...walk, size: sizes[i]!, begin: walk.begin + before, end: walk.end + after };
  });
  return { images, channels, filters, groups, walks };
}

const NO_PADDING = { begins: [] as readonly number[], ends: [] as readonly number[] };

function checkKernel(node: NodeFacts, kernel: readonly number[]): void {
  const said = node.integers('kernel_shape') ?? kernel;
  if (said.length !== kernel.length || said.some((size, i) => size !== kernel[i])) {
    throw node.flaw(`kernel_shape ${said.join(' × ')}`, `that of the weights, ${kernel.join(' × ')}`);
  }
}

function convolutionWork(node: NodeFacts, places: Places, images: number): Work {
  const { padded } = node.fact(places.ifmap);
  const shape = padded?.shape ?? node.shape(places.ifmap);
  const around = padded && { begins: padded.begins.slice(2), ends: padded.ends.slice(2) };
  const sizes = convolution(node, places, shape, around);
  const { channels, filters, groups, walks } = sizes;
  const perImage =
    product(walks.map(({ outputs, kernel }) => outputs * kernel)) * filters * (channels / groups);
  const macs = sizes.images * perImage;
  const { weights, zeroPoint } = places;
  const plane = planar(walks, STILL);
  if (plane === undefined) {
    return { macs, layers: [], reason: `a convolution over ${walks.length} directions, and layers have two` };
  }
  if (sizes.images !== images) return { macs, layers: [], reason: notPerImage(sizes.images, images) };
  const layer = { ...convLayer(channels, filters, groups, plane), ...ownWeights(node, weights, images) };
  return { macs, layers: [layer], weights, ...(zeroPoint !== undefined && { zeroPoint }) };
}

export const notPerImage = (found: number, images: number): string =>
  `it works on ${found} images where the network has ${images}`;

/** Weights that are computed are another for each image, if the network works on one. */
const ownWeights = (node: NodeFacts, weights: number, images: number) =>
  node.fact(weights).isConstant || images > 1 ? {} : { weightsPerImage: true };

function convLayer(
  channels: number,
  filters: number,
  groups: number,
  [v, h]: readonly [Walk, Walk],
): LayerForm {
  return {
    type: 'conv',
    input: [channels, v.size, h.size],
    filters,
    kernel: [v.kernel, h.kernel],
    stride: [v.stride, h.stride],
    pad: [v.begin, h.begin, v.end, h.end],
    dilation: [v.dilation, h.dilation],
    groups,
  };
}

/** The sizes of a transposed convolution: each pixel of the input adds a filter, times its value, to the output. */
function transposed(node: NodeFacts) {
  const ifmap = node.shape(0);
  const filter = node.shape(1);
  const axes = ifmap.length - 2;
  if (axes < 1 || filter.length !== ifmap.length) {
    throw node.flaw(
      `an input of ${ifmap.length} and weights of ${filter.length} dimensions`,
      'equally many, from 3',
    );
  }
  const [images, channels, ...sizes] = ifmap as [number, number, ...number[]];
  const [weightChannels, perGroup, ...kernel] = filter as [number, number, ...number[]];
  const groups = node.integer('group', 1);
  if (weightChannels !== channels || channels % groups !== 0) {
    throw node.flaw(
      `${channels} channels, weights for ${weightChannels} and ${groups} groups`,
      'equally many channels, which the groups divide',
    );
  }
  checkKernel(node, kernel);
  if (kernel.some((size) => size > LARGEST_SIZE))
    throw new NotKnown(`its filters are larger than ${LARGEST_SIZE}`);
  const { stride, dilation, begin, end } = windowAttributes(node, axes);
  const more = node.integers('output_padding') ?? sizes.map(() => 0);
  const asked = node.integers('output_shape');
  const mode = node.text('auto_pad', 'NOTSET');
  const walks = sizes.map((size, i): Walk => {
    const [extent, step] = [(kernel[i]! - 1) * dilation[i]! + 1, stride[i]!];
    const full = (size - 1) * step + extent + (more[i] ?? 0);
    const outputs =
      asked?.[i + asked.length - axes] ??
      (mode === 'NOTSET' ? full - begin[i]! - end[i]! : mode === 'VALID' ? full : size * step);
    const cut = Math.max(0, full - outputs);
    const before =
      asked || mode.startsWith('SAME')
        ? mode === 'SAME_UPPER'
          ? Math.floor(cut / 2)
          : Math.ceil(cut / 2)
        : mode === 'VALID'
          ? 0
          : begin[i]!;
    if (outputs < 1) throw node.flaw(`an output of ${outputs}`, 'sizes from 1');
    return {
      size,
      kernel: kernel[i]!,
      stride: step,
      dilation: dilation[i]!,
      begin: before,
      end: cut - before,
      outputs,
    };
  });
  return { images, channels, filters: perGroup * groups, groups, walks };
}

function inferTransposed(node: NodeFacts): readonly Fact[] {
  const { images, filters, walks } = transposed(node);
  const shape = [images, filters, ...walks.map(({ outputs }) => outputs)];
  return [{ type: node.fact(0).type || FLOAT32, shape, isFmap: shape.length === 4 }];
}

function transposedWork(node: NodeFacts, images: number): Work {
  const sizes = transposed(node);
  const { channels, filters, groups, walks } = sizes;
  const plane = planar(walks, STILL);
  if (plane === undefined) {
    const pixels = product(walks.map(({ size, kernel }) => size * kernel));
    const macs = sizes.images * channels * (filters / groups) * pixels;
    return { macs, layers: [], reason: `a convolution over ${walks.length} directions, and layers have two` };
  }
  const own = ownWeights(node, 1, images);
  const layers = phasesOf(plane).map(({ walks, phases }) => ({
    ...convLayer(channels, filters * phases, groups, walks),
    ...own,
  }));
  const macs = sizes.images * layers.reduce((sum, layer) => sum + macsOf(layer), 0);
  if (sizes.images !== images) return { macs, layers: [], reason: notPerImage(sizes.images, images) };
  return { macs, layers, weights: 1 };
}

function macsOf(layer: LayerForm): number {
  if (layer.type !== 'conv') return 0;
  const [channels, height, width] = layer.input;
  const [top, left, bottom, right] = layer.pad;
  const rows = height + top + bottom - (layer.kernel[0] - 1) * layer.dilation[0];
  const columns = width + left + right - (layer.kernel[1] - 1) * layer.dilation[1];
  return layer.filters * (channels / layer.groups) * product(layer.kernel) * rows * columns;
}
