import { type Operator, shaped } from '../fact.ts';
import { FLOAT32 } from '../tensor.ts';
import { move } from './move.ts';

/** Operators whose output is as large as their input, each value of it depending on several of those, by their name. */
export const NORMALISATIONS: Readonly<Record<string, Operator>> = {
  ...Object.fromEntries(
    [
      'ScatterND',
      'ScatterElements',
      'Scatter',
      'ReverseSequence',
      'CumSum',
      'Trilu',
      'Softmax',
      'LogSoftmax',
      'Hardmax',
      'LRN',
      'InstanceNormalization',
      'MeanVarianceNormalization',
      'LpNormalization',
      'GroupNormalization',
      'RMSNormalization',
      'Bernoulli',
    ].map((name) => [name, move((node) => shaped(node.fact(0).type, node.shape(0)))]),
  ),
  LayerNormalization: move((node) => {
    const { type } = node.fact(0);
    const shape = node.shape(0);
    const axis = node.axis(node.integer('axis', -1), shape.length);
    const each = shaped(
      FLOAT32,
      shape.map((size, i) => (i < axis ? size : 1)),
    );
    return [shaped(type, shape), each, each].slice(0, node.outputs);
  }),
};
