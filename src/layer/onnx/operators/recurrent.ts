import { type NodeFacts, type Operator, shaped, type Work } from '../fact.ts';

/** Steps, images, inputs, directions and hidden values of a recurrent layer. */
function sizesOf(node: NodeFacts) {
  const shape = node.shape(0);
  const [directions = 1, , inputs = 0] = node.shape(1);
  const hidden = node.integer('hidden_size', node.shape(2)[2] ?? 0);
  const isImagesFirst = node.integer('layout', 0) === 1;
  const [steps, images] = isImagesFirst ? [shape[1]!, shape[0]!] : [shape[0]!, shape[1]!];
  return { steps, images, inputs, directions, hidden, isImagesFirst };
}

/** @param gates how many products of the hidden size a step takes */
const recurrent = (gates: number): Operator => ({
  kind: 'mapped',
  infer: (node) => {
    const { steps, images, directions, hidden, isImagesFirst } = sizesOf(node);
    const { type } = node.fact(0);
    const all = isImagesFirst ? [images, steps, directions, hidden] : [steps, directions, images, hidden];
    const last = shaped(type, isImagesFirst ? [images, directions, hidden] : [directions, images, hidden]);
    return [shaped(type, all), last, last].slice(0, node.outputs);
  },
  work: (node): Work => {
    const { steps, images, inputs, directions, hidden } = sizesOf(node);
    const macs = steps * images * directions * gates * hidden * (inputs + hidden);
    return { macs, layers: [], reason: 'each of its steps needs the result of the one before' };
  },
});

/** Recurrent layers, by the name of their operator. */
export const RECURRENT: Readonly<Record<string, Operator>> = {
  RNN: recurrent(1),
  GRU: recurrent(3),
  LSTM: recurrent(4),
};
