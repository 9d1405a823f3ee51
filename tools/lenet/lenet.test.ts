import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { decode } from 'fast-png';
import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { describe, expect, it } from 'vitest';
import { onnxruntime, QUIET } from '../../src/onnxruntime.testing.ts';
import { CLASSES, type Digits, heldOutDigits, PIXELS, SIDE, shuffled, splitDigits } from './digits.ts';
import { Convolution, type Fmap, FullyConnected, type LayerInTraining, MaxPool, Relu } from './layers.ts';
import { lenet5Model } from './model.ts';
import { crossEntropy, learn, lenet5, scores } from './network.ts';
import { countCorrect, train } from './training.ts';

const example = (file: string): Buffer =>
  readFileSync(new URL(`../../examples/lenet-5/${file}`, import.meta.url));
const lines = (file: string): readonly string[] => example(file).toString().trimEnd().split('\n');
const { training, heldOut } = splitDigits();
const images = ({ pixels, classes }: Digits): readonly Float32Array[] =>
  Array.from(classes, (_, i) => pixels.subarray(i * PIXELS, (i + 1) * PIXELS));

describe('digits', () => {
  it('are 9,000 to train with and 1,000 held out, 100 of each class', () => {
    const counts = new Array<number>(CLASSES).fill(0);
    for (const which of heldOut.classes) counts[which]!++;
    expect(counts).toEqual(new Array(CLASSES).fill(100));
    expect(training.classes).toHaveLength(9000);
    expect(training.pixels).toHaveLength(9000 * PIXELS);
  });

  it('are all different, so that none that is held out is trained with', () => {
    const all = [...images(training), ...images(heldOut)].map((image) => image.join());
    expect(new Set(all).size).toBe(10_000);
  });

  it('are split in the same way every time', () => {
    expect(heldOutDigits().classes).toEqual(heldOut.classes);
    expect(Buffer.from(heldOutDigits().pixels.buffer).equals(Buffer.from(heldOut.pixels.buffer))).toBe(true);
  });

  it('have whole bytes', () => {
    const isByte = (pixel: number) => Math.fround(Math.round(pixel * 255) / 255) === pixel && pixel <= 1;
    expect(heldOut.pixels.every(isByte)).toBe(true);
  });
});

/** Numbers from −1 to 1 that all differ, and none of which is near 0: no small step crosses the edge of a ReLU or pool. */
function apart(count: number, seed: number): Float64Array {
  const order = shuffled(count, xoroshiro128plus(seed));
  return Float64Array.from(order, (place) => (2 * place + 1) / count - 1 + 1e-3);
}

const words = (sizes: readonly number[]): number => sizes.reduce((product, size) => product * size, 1);

const anyFmap: fc.Arbitrary<Fmap> = fc.tuple(
  fc.integer({ min: 1, max: 3 }),
  fc.integer({ min: 3, max: 6 }),
  fc.integer({ min: 3, max: 6 }),
);
const small = fc.integer({ min: 1, max: 3 });
const ofKind: Readonly<Record<string, (input: Fmap) => fc.Arbitrary<LayerInTraining>>> = {
  Convolution: (input) =>
    fc
      .tuple(small, small, fc.integer({ min: 0, max: 2 }))
      .map(([filters, kernel, pad]) => new Convolution('conv', input, filters, kernel, pad)),
  FullyConnected: (input) => small.map((filters) => new FullyConnected('fc', input, filters)),
  Relu: (input) => fc.constant(new Relu('relu', input)),
  MaxPool: (input) => fc.constant(new MaxPool('pool', input)),
};

/** What the loss changes by each of these words, by small steps up and down. */
function slopes(values: Float64Array, loss: () => number): Float64Array {
  const step = 1e-5;
  return values.map((value, i) => {
    values[i] = value + step;
    const above = loss();
    values[i] = value - step;
    const below = loss();
    values[i] = value;
    return (above - below) / (2 * step);
  });
}

function expectClose(found: Float64Array, expected: Float64Array): void {
  expect(found).toHaveLength(expected.length);
  const errors = found.map((value, i) => Math.abs(value - expected[i]!));
  expect(Math.max(...errors)).toBeLessThan(1e-6);
}

describe('backward', () => {
  for (const [kind, anyLayer] of Object.entries(ofKind)) {
    it(`gives the slopes of forward: ${kind}`, () => {
      const anyCase = anyFmap.chain((input) => fc.tuple(fc.constant(input), anyLayer(input), fc.nat()));
      fc.assert(
        fc.property(anyCase, ([input, layer, seed]) => {
          const x = apart(words(input), seed);
          for (const { values } of layer.parameters) values.set(apart(values.length, seed + 1));
          // A loss that weighs each word of the output by another number
          const weights = apart(words(layer.output), seed + 2);
          const loss = () => layer.forward(x).reduce((sum, word, i) => sum + word * weights[i]!, 0);
          loss();
          const gradient = layer.backward(weights).slice();
          expectClose(gradient, slopes(x, loss));
          for (const { values, gradient } of layer.parameters) expectClose(gradient, slopes(values, loss));
        }),
        { numRuns: 50 },
      );
    });
  }

  it('gives the slopes of the loss by the scores', () => {
    const anyScores = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), {
      minLength: 1,
      maxLength: 10,
    });
    fc.assert(
      fc.property(anyScores, fc.nat(), (list, nat) => {
        const ofClasses = Float64Array.from(list);
        const which = nat % ofClasses.length;
        const loss = () => crossEntropy(ofClasses, which).loss;
        expectClose(crossEntropy(ofClasses, which).gradient, slopes(ofClasses, loss));
      }),
    );
  });

  it('gives the slopes of the loss by the biases of the whole network', () => {
    const generator = xoroshiro128plus(5);
    const network = lenet5(generator);
    const image = Float64Array.from({ length: PIXELS }, () => uniformFloat64(generator));
    const parameters = network.flatMap((layer) => layer.parameters);
    learn(network, image, 3);
    const loss = () => crossEntropy(scores(network, image), 3).loss;
    for (const { dims, values, gradient } of parameters) {
      if (dims.length === 1) expectClose(gradient, slopes(values, loss));
    }
  });
});

describe('training', () => {
  const few: Digits = {
    pixels: heldOut.pixels.slice(0, 40 * PIXELS),
    classes: heldOut.classes.slice(0, 40),
  };

  it('gives the same weights with the same seed, others with another', () => {
    const model = (seed: number) => lenet5Model(train(few, { seed, epochs: 1 }));
    expect(model(7)).toEqual(model(7));
    expect(model(7)).not.toEqual(model(8));
  });

  it('learns a few digits by heart', () => {
    const mixed: Digits = {
      pixels: Float32Array.from(Array.from({ length: CLASSES }, (_, i) => [...image(i)]).flat()),
      classes: Uint8Array.from({ length: CLASSES }, (_, i) => i),
    };
    expect(countCorrect(train(mixed, { seed: 1, epochs: 150 }), mixed)).toBe(CLASSES);
  });
});

/** The first held-out digit of a class. */
function image(which: number): Float32Array {
  const digit = heldOut.classes.indexOf(which);
  return heldOut.pixels.subarray(digit * PIXELS, (digit + 1) * PIXELS);
}

describe('the example', () => {
  const accuracy = JSON.parse(example('accuracy.json').toString());
  const runtime = onnxruntime();

  it.skipIf(runtime === undefined)('classifies held-out digits as accuracy.json says', async () => {
    const { InferenceSession, Tensor } = runtime!;
    const session = await InferenceSession.create(example('lenet-5.onnx'), QUIET);
    const digits = new Tensor('float32', heldOut.pixels, [1000, 1, SIDE, SIDE]);
    const { probabilities } = await session.run({ digits });
    expect(probabilities!.dims).toEqual([1000, CLASSES]);
    const { data } = probabilities as unknown as { readonly data: Float32Array };
    const correct = heldOut.classes.filter((which, i) => {
      const ofDigit = data.subarray(i * CLASSES, (i + 1) * CLASSES);
      return ofDigit.indexOf(Math.max(...ofDigit)) === which;
    }).length;
    expect(accuracy).toMatchObject({ accuracy: correct / 1000, correct, digits: 1000 });
  });

  it('gets more than 98 of 100 right', () => {
    expect(accuracy.accuracy).toBeGreaterThan(0.98);
  });

  it('has a held-out digit of each class, and its name', () => {
    expect(lines('digits/classes.txt')).toEqual(Array.from({ length: CLASSES }, (_, which) => `${which}`));
    expect(lines('labels.txt')).toHaveLength(CLASSES);
    for (let which = 0; which < CLASSES; which++) {
      const { data, ...form } = decode(example(`digits/${which}.png`));
      expect(form).toMatchObject({ width: SIDE, height: SIDE, channels: 1, depth: 8 });
      expect(Float32Array.from(data, (byte) => byte / 255)).toEqual(image(which));
    }
  });
});
