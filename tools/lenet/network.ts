import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import type { RandomGenerator } from 'pure-rand/types/RandomGenerator';
import { CLASSES, SIDE } from './digits.ts';
import { Convolution, FullyConnected, type LayerInTraining, MaxPool, Relu } from './layers.ts';

/** Layers in their order: each takes what the one before it gives. */
export type NetworkInTraining = readonly LayerInTraining[];

/**
 * LeNet-5 as it is built today, with 61,706 weights: ReLUs, largest words of a pool, and every filter on all channels.
 *
 * Source: Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "Gradient-Based Learning Applied to Document Recognition",
 * Proceedings of the IEEE 86(11), 1998, section II.B.
 */
export function lenet5(generator: RandomGenerator): NetworkInTraining {
  const conv1 = new Convolution('conv1', [1, SIDE, SIDE], 6, 5, 2);
  const relu1 = new Relu('relu1', conv1.output);
  const pool1 = new MaxPool('pool1', relu1.output);
  const conv2 = new Convolution('conv2', pool1.output, 16, 5, 0);
  const relu2 = new Relu('relu2', conv2.output);
  const pool2 = new MaxPool('pool2', relu2.output);
  const conv3 = new Convolution('conv3', pool2.output, 120, 5, 0);
  const relu3 = new Relu('relu3', conv3.output);
  const fc1 = new FullyConnected('fc1', relu3.output, 84);
  const relu4 = new Relu('relu4', fc1.output);
  const fc2 = new FullyConnected('fc2', relu4.output, CLASSES);
  const network = [conv1, relu1, pool1, conv2, relu2, pool2, conv3, relu3, fc1, relu4, fc2];
  drawWeights(network, generator);
  return network;
}

/**
 * Draws weights so that a ReLU layer hands on the variance of its input, biases 0.
 *
 * Source: K. He et al., "Delving Deep into Rectifiers", ICCV 2015, equation 10.
 */
function drawWeights(network: NetworkInTraining, generator: RandomGenerator): void {
  for (const { dims, values } of network.flatMap(({ parameters }) => parameters)) {
    if (dims.length === 1) continue;
    const bound = Math.sqrt(6 / (values.length / dims[0]!));
    for (let i = 0; i < values.length; i++) values[i] = (2 * uniformFloat64(generator) - 1) * bound;
  }
}

/** A score for each class: the larger, the likelier. */
export const scores = (network: NetworkInTraining, image: Float64Array): Float64Array =>
  network.reduce((x, layer) => layer.forward(x), image);

/** Adds the gradient of the loss of one image to those of all weights, and gives the loss. */
export function learn(network: NetworkInTraining, image: Float64Array, which: number): number {
  const { loss, gradient } = crossEntropy(scores(network, image), which);
  network.reduceRight((dy, layer) => layer.backward(dy), gradient);
  return loss;
}

/** The surprise at the class that it is, `−ln softmax(scores)[which]`, and its gradient by the scores. */
export function crossEntropy(
  scores: Float64Array,
  which: number,
): { readonly loss: number; readonly gradient: Float64Array } {
  const largest = Math.max(...scores);
  const exponentials = scores.map((score) => Math.exp(score - largest));
  const sum = exponentials.reduce((total, one) => total + one, 0);
  const gradient = exponentials.map((one, i) => one / sum - Number(i === which));
  return { loss: Math.log(sum) - (scores[which]! - largest), gradient };
}
