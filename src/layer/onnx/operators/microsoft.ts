import type { NodeFacts, Operator } from '../fact.ts';
import { CONVOLUTIONS } from './convolution.ts';
import { broadcast, ofOne, POINTWISE } from './pointwise.ts';
import { POOLS } from './pooling.ts';

/** Of two quantised tensors, each with its scale and zero point. */
const ofTwoQuantised: Operator = {
  kind: 'pointwise',
  infer: (node) => [{ type: node.fact(0).type, shape: broadcast(node, [node.shape(0), node.shape(3)]) }],
};

const concatenation: Operator = {
  kind: 'other',
  infer: (node) => {
    const shapes = quantisedInputs(node).map((i) => node.shape(i));
    const [first = []] = shapes;
    const axis = node.axis(node.integer('axis', 1), first.length);
    const total = shapes.reduce((sum, shape) => sum + (shape[axis] ?? 0), 0);
    return [{ type: node.fact(2).type, shape: first.map((size, i) => (i === axis ? total : size)) }];
  },
};

/** After the scale and the zero point of the output come tensors, each with its own. */
const quantisedInputs = (node: NodeFacts): number[] =>
  node.inputs.flatMap((_, i) => (i >= 2 && (i - 2) % 3 === 0 ? [i] : []));

/** Operators that onnxruntime's own tools write, by domain and name: those of quantised and of fused networks. */
export const MICROSOFT: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    FusedConv: CONVOLUTIONS.Conv!,
    QLinearAdd: ofTwoQuantised,
    QLinearMul: ofTwoQuantised,
    QLinearSigmoid: ofOne(),
    QLinearLeakyRelu: ofOne(),
    QLinearSoftmax: { ...ofOne(), kind: 'other' as const },
    QLinearAveragePool: POOLS.AveragePool!,
    QLinearGlobalAveragePool: POOLS.GlobalAveragePool!,
    QLinearConcat: concatenation,
    QuantizeLinear: POINTWISE.QuantizeLinear!,
    DequantizeLinear: POINTWISE.DequantizeLinear!,
    Gelu: ofOne(),
    FastGelu: ofOne(),
    QuickGelu: ofOne(),
  }).map(([name, operator]) => [`com.microsoft::${name}`, operator]),
);
