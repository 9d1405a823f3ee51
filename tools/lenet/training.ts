import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { Adam } from './adam.ts';
import { type Digits, PIXELS, shuffled } from './digits.ts';
import { distorted } from './distort.ts';
import { learn, lenet5, type NetworkInTraining, scores } from './network.ts';

/** Images between two steps. */
const BATCH = 32;
/** Length of the first step; the last ones are nearly 0. */
const RATE = 2e-3;

export interface TrainingOptions {
  /** The same seed gives the same weights. */
  readonly seed: number;
  /** How often each digit is seen, distorted in another way each time. */
  readonly epochs: number;
  /** Told of each epoch, counted from 1, with its mean loss. */
  readonly onEpoch?: (epoch: number, loss: number) => void;
}

/** A LeNet-5 that has learnt these digits; its weights are numbers of single precision. */
export function train(digits: Digits, { seed, epochs, onEpoch }: TrainingOptions): NetworkInTraining {
  const generator = xoroshiro128plus(seed);
  const network = lenet5(generator);
  const parameters = network.flatMap((layer) => layer.parameters);
  const adam = new Adam(parameters);
  const count = digits.classes.length;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let loss = 0;
    for (const [seen, digit] of shuffled(count, generator).entries()) {
      loss += learn(network, distorted(imageAt(digits, digit), generator), digits.classes[digit]!);
      const pending = (seen % BATCH) + 1;
      if (pending < BATCH && seen + 1 < count) continue;
      const done = (epoch + (seen + 1) / count) / epochs;
      adam.step((RATE / 2) * (1 + Math.cos(Math.PI * done)), pending);
    }
    onEpoch?.(epoch + 1, loss / count);
  }
  for (const { values } of parameters) values.set(Float32Array.from(values));
  return network;
}

/** How many of the digits the network takes for what they are. */
export function countCorrect(network: NetworkInTraining, digits: Digits): number {
  const isCorrect = (which: number, digit: number): boolean => {
    const ofClasses = scores(network, Float64Array.from(imageAt(digits, digit)));
    return ofClasses.indexOf(Math.max(...ofClasses)) === which;
  };
  return Array.from(digits.classes).filter(isCorrect).length;
}

const imageAt = ({ pixels }: Digits, digit: number): Float32Array =>
  pixels.subarray(digit * PIXELS, (digit + 1) * PIXELS);
