import {
  type LayerForm,
  type NodeFacts,
  NotKnown,
  type Operator,
  product,
  shaped,
  type Work,
} from '../fact.ts';
import { notPerImage } from './convolution.ts';
import { broadcast } from './pointwise.ts';

const INT32 = 6;

/** Which inputs are the factors, and which say what stands for zero in them. */
interface Places {
  readonly left: number;
  readonly right: number;
  readonly zeroPoint?: number;
  readonly leftZeroPoint?: number;
}

const matrixProduct = (places: Places, outputType: (node: NodeFacts) => number): Operator => ({
  kind: 'mapped',
  infer: (node) => [shaped(outputType(node), factorsOf(node, places).outputShape)],
  work: (node, images) => productWork(node, places, factorsOf(node, places), images),
});

const sameType = (node: NodeFacts) => node.fact(0).type;
const GEMM: Places = { left: 0, right: 1 };

/** Products of matrices, by the name of their operator. */
export const PRODUCTS: Readonly<Record<string, Operator>> = {
  MatMul: matrixProduct({ left: 0, right: 1 }, sameType),
  MatMulInteger: matrixProduct({ left: 0, right: 1, zeroPoint: 3, leftZeroPoint: 2 }, () => INT32),
  QLinearMatMul: matrixProduct({ left: 0, right: 3, zeroPoint: 5, leftZeroPoint: 2 }, (node) =>
    node.has(7) ? node.fact(7).type : sameType(node),
  ),
  Gemm: {
    kind: 'mapped',
    infer: (node) => [shaped(sameType(node), gemmFactors(node).outputShape)],
    work: (node, images) => productWork(node, GEMM, gemmFactors(node), images),
  },
  Einsum: { kind: 'mapped', infer: (node) => [shaped(sameType(node), einsum(node).shape)], work: einsumWork },
};

/** A product of I × K and K × J matrices, or of many such pairs. */
interface Factors {
  readonly rows: number;
  readonly inner: number;
  readonly columns: number;
  /** Pairs that are multiplied: of the left factors, the right ones, and both together. */
  readonly lefts: number;
  readonly rights: number;
  readonly pairs: number;
  readonly outputShape: readonly number[];
}

function factorsOf(node: NodeFacts, { left, right }: Places): Factors {
  const [a, b] = [node.shape(left), node.shape(right)];
  if (a.length === 0 || b.length === 0) throw node.flaw('a factor without dimensions', 'vectors or matrices');
  const rows = a.length > 1 ? a.at(-2)! : 1;
  const columns = b.length > 1 ? b.at(-1)! : 1;
  const [inner, other] = [a.at(-1)!, b.length > 1 ? b.at(-2)! : b[0]!];
  if (inner !== other)
    throw node.flaw(`factors ${a.join(' × ')} and ${b.join(' × ')}`, 'as many columns as rows');
  const [lefts, rights] = [a.slice(0, -2), b.slice(0, -2)];
  const pairs = broadcast(node, [lefts, rights]);
  const outputShape = [...pairs, ...(a.length > 1 ? [rows] : []), ...(b.length > 1 ? [columns] : [])];
  return {
    rows,
    inner,
    columns,
    lefts: product(lefts),
    rights: product(rights),
    pairs: product(pairs),
    outputShape,
  };
}

function gemmFactors(node: NodeFacts): Factors {
  // The first version took a feature map as it is
  const a = node.opset < 7 && node.shape(0).length > 2 ? flat(node.shape(0)) : node.shape(0);
  const b = node.shape(1);
  if (a.length !== 2 || b.length !== 2) {
    throw node.flaw(`factors of ${a.length} and ${b.length} dimensions`, 'two matrices');
  }
  const [rows, inner] = node.integer('transA', 0) ? [a[1]!, a[0]!] : [a[0]!, a[1]!];
  const [other, columns] = node.integer('transB', 0) ? [b[1]!, b[0]!] : [b[0]!, b[1]!];
  if (inner !== other)
    throw node.flaw(`factors ${a.join(' × ')} and ${b.join(' × ')}`, 'as many columns as rows');
  return { rows, inner, columns, lefts: 1, rights: 1, pairs: 1, outputShape: [rows, columns] };
}

const flat = ([first = 1, ...rest]: readonly number[]) => [first, product(rest)];

/**
 * A product as a layer. The filters are the factor that is constant, or else the right one: one for all images, or for each
 * image its own.
 */
function productWork(node: NodeFacts, places: Places, factors: Factors, images: number): Work {
  const { rows, inner, columns, pairs, lefts, rights } = factors;
  const { left, right } = places;
  const macs = pairs * rows * inner * columns;
  const unmapped = (reason: string): Work => ({ macs, layers: [], reason });
  const isShared = node.fact(right).isConstant || (!node.fact(left).isConstant && rights === 1 && images > 1);
  if (macs === 0) return unmapped('a factor is empty');
  if (isShared) {
    const zeros = { weights: right, ...(places.zeroPoint !== undefined && { zeroPoint: places.zeroPoint }) };
    const isPlain = rights === 1 && pairs * rows === images;
    if (isPlain) return { macs, layers: [fullyConnected(node, left, inner, columns, images)], ...zeros };
    const sizes = { pairs, pixelSets: lefts, filterSets: rights, inner, pixels: rows, filters: columns };
    return { ...sharedFilters(sizes, images), macs, ...zeros };
  }
  if (node.fact(left).isConstant) {
    const { leftZeroPoint } = places;
    const zeros = { weights: left, ...(leftZeroPoint !== undefined && { zeroPoint: leftZeroPoint }) };
    const sizes = { pairs, pixelSets: rights, filterSets: lefts, inner, pixels: columns, filters: rows };
    return { ...sharedFilters(sizes, images), macs, ...zeros };
  }
  if (rights % images !== 0) return unmapped(notPerImage(rights, images));
  // Pairs with one right factor are more rows of it
  const groups = rights / images;
  const layer = pixelsTimesFilters(groups, inner, (pairs / rights) * rows, columns);
  return { macs, layers: [{ ...layer, weightsPerImage: true }] };
}

interface Sets {
  readonly pairs: number;
  /** Matrices of pixels, and of filters: each of either meets one or several of the other. */
  readonly pixelSets: number;
  readonly filterSets: number;
  readonly inner: number;
  readonly pixels: number;
  readonly filters: number;
}

/** A layer whose filters are the same for all images. */
function sharedFilters({ pairs, pixelSets, filterSets, inner, pixels, filters }: Sets, images: number): Work {
  // Pixels that meet all filters: those are filters of one set, as of several heads on one input
  const isForAll = pairs === pixelSets * filterSets;
  const groups = isForAll ? 1 : filterSets;
  const perGroup = isForAll ? pixelSets * pixels : (pairs / filterSets) * pixels;
  if (perGroup % images !== 0) return { macs: undefined, layers: [], reason: notPerImage(perGroup, images) };
  const all = isForAll ? filterSets * filters : filters;
  return { macs: undefined, layers: [pixelsTimesFilters(groups, inner, perGroup / images, all)] };
}

/** Pixels in a row, and filters of one pixel: what a product of matrices is, so many times side by side. */
function pixelsTimesFilters(groups: number, channels: number, pixels: number, filters: number) {
  return {
    type: 'conv',
    input: [groups * channels, 1, pixels],
    filters: groups * filters,
    kernel: [1, 1],
    stride: [1, 1],
    pad: [0, 0, 0, 0],
    dilation: [1, 1],
    groups,
  } as const satisfies LayerForm;
}

/** A fully connected layer; of a feature map, where its input is one that was made flat. */
function fullyConnected(
  node: NodeFacts,
  left: number,
  inputs: number,
  filters: number,
  images: number,
): LayerForm {
  const [first, ...fmap] = node.fact(left).viewOf ?? [];
  const isFmap = first === images && fmap.length === 3 && product(fmap) === inputs;
  const [channels, height, width] = fmap as [number, number, number];
  return { type: 'fc', input: isFmap ? [channels, height, width] : [inputs, 1, 1], filters };
}

/** The sizes of an Einsum, by its letters. */
function einsum(node: NodeFacts) {
  const equation = node.text('equation', '').replaceAll(/\s/g, '');
  const [terms = '', output] = equation.split('->');
  if (!/^[A-Za-z,]+$/.test(terms)) throw new NotKnown(`the equation ${equation} is not one of letters alone`);
  const sizes = new Map<string, number>();
  const inputs = terms.split(',');
  for (const [i, letters] of inputs.entries()) {
    const shape = node.shape(i);
    if (shape.length !== letters.length)
      throw node.flaw(`${letters} for ${shape.length} dimensions`, 'a letter each');
    for (const [d, letter] of [...letters].entries()) sizes.set(letter, shape[d]!);
  }
  const once = [...sizes.keys()].filter((letter) => terms.split(letter).length === 2).sort();
  const shape = [...(output ?? once.join(''))].map((letter) => {
    const size = sizes.get(letter);
    if (size === undefined) throw node.flaw(`${letter} in the output`, 'letters of the inputs');
    return size;
  });
  return { inputs: inputs.length, sizes, shape };
}

function einsumWork(node: NodeFacts): Work {
  const { inputs, sizes } = einsum(node);
  const all = product([...sizes.values()]) * (inputs - 1);
  const macs = Number.isSafeInteger(all) ? all : undefined;
  return { macs, layers: [], reason: 'a sum of products over any letters' };
}
