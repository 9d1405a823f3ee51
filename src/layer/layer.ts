import { InputError, MOST_PROBLEMS, type Problem } from '../input-error.ts';
import type { Coverage } from './coverage.ts';

/** One size per direction. */
export type Pair = readonly [vertical: number, horizontal: number];

/** Rows and columns of zeros around an ifmap. */
export type Padding = readonly [top: number, left: number, bottom: number, right: number];

/** Channels, height and width of a feature map; of all groups together and without padding. */
export type FmapSize = readonly [channels: number, height: number, width: number];

/** A convolution; depthwise where `groups` equals the channels. */
export interface ConvLayer {
  readonly type: 'conv';
  readonly name: string;
  readonly input: FmapSize;
  /** Output channels, of all groups together. */
  readonly filters: number;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Padding;
  readonly dilation: Pair;
  /** Independent convolutions side by side: each sees channels / groups and makes filters / groups. */
  readonly groups: number;
  /** True where weights are computed, for each image its own: the product of two activations. Default: false. */
  readonly weightsPerImage?: boolean | undefined;
  /** Share of the weights that are zero, from 0 to 1, where known. */
  readonly weightZeros?: number | undefined;
}

/** A fully connected layer: a convolution whose filter covers the whole input. */
export interface FcLayer {
  readonly type: 'fc';
  readonly name: string;
  readonly input: FmapSize;
  /** Outputs. */
  readonly filters: number;
  /** Share of the weights that are zero, from 0 to 1, where known. */
  readonly weightZeros?: number | undefined;
}

/** A pooling layer: the walk of a convolution over each plane by itself, without weights. */
export interface PoolLayer {
  readonly type: 'pool';
  readonly name: string;
  readonly input: FmapSize;
  readonly kernel: Pair;
  readonly stride: Pair;
  readonly pad: Padding;
}

export type Layer = ConvLayer | FcLayer | PoolLayer;

/** Layers in the order in which they run. */
export interface Network {
  readonly name: string;
  readonly layers: readonly Layer[];
  /** What became of each node of the ONNX file that it comes from. */
  readonly coverage?: Coverage | undefined;
}

/** A layer as a person writes it: one number where both directions agree, defaults left out. */
export type LayerSpec =
  | {
      readonly name: string;
      readonly type: 'conv';
      readonly input: FmapSize;
      readonly filters: number;
      readonly kernel: number | Pair;
      /** Default 1. */
      readonly stride?: number | Pair | undefined;
      /** Default 0. */
      readonly pad?: number | Pair | Padding | undefined;
      /** Default 1. */
      readonly dilation?: number | Pair | undefined;
      /** Default 1. */
      readonly groups?: number | undefined;
      /** Default false. */
      readonly weightsPerImage?: boolean | undefined;
      /** Default: unknown. */
      readonly weightZeros?: number | undefined;
    }
  | {
      readonly name: string;
      readonly type: 'fc';
      /** A feature map, or just the number of inputs. */
      readonly input: FmapSize | readonly [inputs: number];
      readonly filters: number;
      /** Default: unknown. */
      readonly weightZeros?: number | undefined;
    }
  | {
      readonly name: string;
      readonly type: 'pool';
      readonly input: FmapSize;
      readonly kernel: number | Pair;
      /** Default: the kernel, so that windows do not overlap. */
      readonly stride?: number | Pair | undefined;
      /** Default 0. */
      readonly pad?: number | Pair | Padding | undefined;
    };

/** A network as a person writes it: the form of the YAML and JSON files, and of the built-in networks. */
export interface NetworkSpec {
  readonly name: string;
  readonly layers: readonly LayerSpec[];
}

/** More layers than any network has; results of more would not fit into a string. */
const MOST_LAYERS = 10_000;

/** The largest size that any dimension of a layer may have. */
export const LARGEST_SIZE = 1_000_000;

/**
 * The layers that a specification means, defaults filled in.
 *
 * @throws InputError if a size is not a whole number in its range, a filter is larger than its padded ifmap, the
 * groups do not divide channels and filters, two layers have one name, or there are no layers or over 10 000. Paths
 * begin at the specification's root.
 */
export function networkFromSpec(spec: NetworkSpec): Network {
  if (spec.layers.length > MOST_LAYERS) {
    const found = `${spec.layers.length} layers`;
    throw new InputError({
      code: 'out-of-range',
      path: ['layers'],
      found,
      allowed: `at most ${MOST_LAYERS}`,
    });
  }
  const problems: Problem[] = [];
  const names = new Set<string>();
  const layers = spec.layers.map((layer, i) => {
    const at = ['layers', i];
    const found = layerProblems(layer).map((problem) => ({ ...problem, path: [...at, ...problem.path] }));
    if (names.has(layer.name)) {
      found.push({
        code: 'not-allowed',
        path: [...at, 'name'],
        found: layer.name,
        allowed: 'a name that no other layer has',
      });
    }
    names.add(layer.name);
    problems.push(...found);
    return found.length === 0 ? normalise(layer) : undefined;
  });
  if (spec.layers.length === 0) {
    problems.push({ code: 'missing', path: ['layers'], allowed: 'at least one layer' });
  }
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
  return { name: spec.name, layers: layers.filter((layer) => layer !== undefined) };
}

/**
 * One layer from its specification, defaults filled in.
 *
 * @throws InputError as {@link networkFromSpec} does.
 */
export function layerFromSpec(spec: LayerSpec): Layer {
  const problems = layerProblems(spec);
  if (problems.length > 0) throw new InputError(...problems);
  return normalise(spec);
}

function normalise(spec: LayerSpec): Layer {
  const { name } = spec;
  if (spec.type === 'fc') {
    const [channels, height = 1, width = 1] = spec.input;
    return { type: 'fc', name, input: [channels, height, width], filters: spec.filters, ...zerosOf(spec) };
  }
  const { input } = spec;
  const kernel = pair(spec.kernel);
  const pad = padding(spec.pad ?? 0);
  if (spec.type === 'pool') {
    return { type: 'pool', name, input, kernel, stride: pair(spec.stride ?? kernel), pad };
  }
  const stride = pair(spec.stride ?? 1);
  const dilation = pair(spec.dilation ?? 1);
  const { filters, groups = 1 } = spec;
  const perImage = spec.weightsPerImage ? { weightsPerImage: true } : {};
  return {
    type: 'conv',
    name,
    input,
    filters,
    kernel,
    stride,
    pad,
    dilation,
    groups,
    ...perImage,
    ...zerosOf(spec),
  };
}

const zerosOf = ({ weightZeros }: { readonly weightZeros?: number | undefined }) =>
  weightZeros === undefined ? {} : { weightZeros };

const pair = (both: number | Pair): Pair => (typeof both === 'number' ? [both, both] : both);

function padding(pad: number | Pair | Padding): Padding {
  if (typeof pad === 'number') return [pad, pad, pad, pad];
  return pad.length === 2 ? [pad[0], pad[1], pad[0], pad[1]] : pad;
}

/** Rows (or columns) that a dilated filter spans: `D·(R − 1) + 1`. */
export const span = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** Height and width of a layer's ofmap. */
export function ofmapSize(layer: Layer): Pair {
  if (layer.type === 'fc') return [1, 1];
  const [, height, width] = layer.input;
  const [top, left, bottom, right] = layer.pad;
  const [dilationV, dilationH] = layer.type === 'conv' ? layer.dilation : [1, 1];
  return [
    Math.floor((height + top + bottom - span(layer.kernel[0], dilationV)) / layer.stride[0]) + 1,
    Math.floor((width + left + right - span(layer.kernel[1], dilationH)) / layer.stride[1]) + 1,
  ];
}

/** Channels, height and width of a layer's output. */
export function outputSize(layer: Layer): FmapSize {
  return [layer.type === 'pool' ? layer.input[0] : layer.filters, ...ofmapSize(layer)];
}

function layerProblems(spec: LayerSpec): Problem[] {
  const sizes = sizeProblems(spec);
  return sizes.length > 0 || spec.type === 'fc' ? sizes : fitProblems(normalise(spec));
}

function sizeProblems(spec: LayerSpec): Problem[] {
  const problems: Problem[] = [];
  const check = (path: (string | number)[], value: number | readonly number[] | undefined, least: number) => {
    if (value === undefined) return;
    if (typeof value !== 'number') {
      value.forEach((one, i) => {
        check([...path, i], one, least);
      });
    } else if (!Number.isInteger(value) || value < least || value > LARGEST_SIZE) {
      const allowed = `a whole number from ${least} to ${LARGEST_SIZE}`;
      problems.push({ code: 'out-of-range', path, found: value, allowed });
    }
  };
  check(['input'], spec.input, 1);
  if (spec.type !== 'pool') {
    check(['filters'], spec.filters, 1);
    const zeros = spec.weightZeros ?? 0;
    if (!(zeros >= 0 && zeros <= 1)) {
      problems.push({
        code: 'out-of-range',
        path: ['weightZeros'],
        found: zeros,
        allowed: 'a number from 0 to 1',
      });
    }
  }
  if (spec.type !== 'fc') {
    check(['kernel'], spec.kernel, 1);
    check(['stride'], spec.stride, 1);
    check(['pad'], spec.pad, 0);
  }
  if (spec.type === 'conv') {
    check(['dilation'], spec.dilation, 1);
    check(['groups'], spec.groups, 1);
  }
  return problems;
}

function fitProblems(layer: Layer): Problem[] {
  if (layer.type === 'fc') return [];
  const problems: Problem[] = [];
  const [channels, height, width] = layer.input;
  const [top, left, bottom, right] = layer.pad;
  const [dilationV, dilationH] = layer.type === 'conv' ? layer.dilation : [1, 1];
  const [rows, columns] = [height + top + bottom, width + left + right];
  const [spanR, spanS] = [span(layer.kernel[0], dilationV), span(layer.kernel[1], dilationH)];
  if (spanR > rows || spanS > columns) {
    problems.push({
      code: 'does-not-fit',
      path: ['kernel'],
      found: [...layer.kernel],
      allowed: `a filter that spans at most the ${rows} × ${columns} of its ifmap with padding, not ${spanR} × ${spanS}`,
    });
  }
  if (layer.type === 'conv') {
    const { groups, filters } = layer;
    if (channels % groups !== 0 || filters % groups !== 0) {
      problems.push({
        code: 'not-allowed',
        path: ['groups'],
        found: groups,
        allowed: `a divisor of both ${channels} channels and ${filters} filters`,
      });
    }
  }
  return problems;
}
