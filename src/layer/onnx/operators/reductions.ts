import { type NodeFacts, type Operator, product, shaped, type Work } from '../fact.ts';
import { INT64 } from '../tensor.ts';
import { poolWork, whole } from './pooling.ts';

type Reduce = (values: readonly number[]) => number;

/** Axes that go, as an attribute or, in newer versions, an input; all where none are given. */
function reducedAxes(node: NodeFacts, rank: number): readonly number[] {
  const axes = node.integersOrInput('axes', 1) ?? [];
  if (axes.length > 0) return node.axes(axes, rank);
  return node.integer('noop_with_empty_axes', 0) === 1 ? [] : Array.from({ length: rank }, (_, i) => i);
}

function reducedShape(shape: readonly number[], axes: readonly number[], keeps: boolean): readonly number[] {
  if (keeps) return shape.map((size, i) => (axes.includes(i) ? 1 : size));
  return shape.filter((_, i) => !axes.includes(i));
}

const reduction = (reduce?: Reduce): Operator => ({
  kind: 'mapped',
  infer: (node) => {
    const { type, values } = node.fact(0);
    const before = node.shape(0);
    const axes = reducedAxes(node, before.length);
    const shape = reducedShape(before, axes, node.integer('keepdims', 1) === 1);
    const isWhole = axes.length === before.length && values !== undefined && reduce !== undefined;
    return [{ type, shape, values: isWhole ? [reduce(values)] : undefined }];
  },
  work: reductionWork,
});

/** The mean or the sum of each plane of a feature map is a pool over all of it. */
function reductionWork(node: NodeFacts, images: number): Work {
  const shape = node.shape(0);
  const axes = reducedAxes(node, shape.length);
  const isPlanes = shape.length === 4 && axes.length === 2 && axes.includes(2) && axes.includes(3);
  if (!isPlanes) return { macs: 0, layers: [] };
  const [found, channels, ...sizes] = shape as [number, number, number, number];
  return poolWork(channels, sizes.map(whole), found, images);
}

const argument: Operator = {
  kind: 'other',
  infer: (node) => {
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', 0), shape.length);
    return [shaped(INT64, reducedShape(shape, [axis], node.integer('keepdims', 1) === 1))];
  },
};

const sum: Reduce = (values) => values.reduce((total, value) => total + value, 0);

/** Operators that make one value of many, by their name. */
export const REDUCTIONS: Readonly<Record<string, Operator>> = {
  ReduceMean: reduction((values) => sum(values) / values.length),
  ReduceSum: reduction(sum),
  ReduceMax: reduction((values) => Math.max(...values)),
  ReduceMin: reduction((values) => Math.min(...values)),
  ReduceProd: reduction(product),
  ReduceL1: reduction(),
  ReduceL2: reduction(),
  ReduceLogSum: reduction(),
  ReduceLogSumExp: reduction(),
  ReduceSumSquare: reduction(),
  ArgMax: argument,
  ArgMin: argument,
};
