/** Trains the LeNet-5 of examples/lenet-5 and writes it there, with ten digits to try it on: `npm run train`. */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { encode } from 'fast-png';
import { CLASSES, type Digits, PIXELS, SIDE, splitDigits } from './digits.ts';
import { lenet5Model } from './model.ts';
import { countCorrect, train } from './training.ts';

const SEED = 1;
const EPOCHS = 30;

// Compiled to another folder, it runs at the root
const folder = join(process.cwd(), 'examples', 'lenet-5');

/** A file is as it was until the new one is whole. */
function write(file: string, content: string | Uint8Array): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(`${path}.part`, content);
  renameSync(`${path}.part`, path);
}

/** The first digit of a class as a grey picture, the ground black. */
function pictureOf({ pixels, classes }: Digits, which: number): Uint8Array {
  const digit = classes.indexOf(which);
  const data = Uint8Array.from(pixels.subarray(digit * PIXELS, (digit + 1) * PIXELS), (pixel) =>
    Math.round(pixel * 255),
  );
  return encode({ width: SIDE, height: SIDE, data, channels: 1, depth: 8 });
}

const start = performance.now();
const { training, heldOut } = splitDigits();
const network = train(training, {
  seed: SEED,
  epochs: EPOCHS,
  onEpoch: (epoch, loss) => {
    const seconds = ((performance.now() - start) / 1000).toFixed(0);
    console.error(`epoch ${epoch} of ${EPOCHS}: mean loss ${loss.toFixed(4)}, ${seconds} s`);
  },
});
const digits = heldOut.classes.length;
const correct = countCorrect(network, heldOut);
console.error(`${correct} of ${digits} held-out digits are right`);

const accuracy = { accuracy: correct / digits, correct, digits, seed: SEED, epochs: EPOCHS };
write('lenet-5.onnx', lenet5Model(network));
write('accuracy.json', `${JSON.stringify(accuracy, null, 2)}\n`);
for (let which = 0; which < CLASSES; which++) write(`digits/${which}.png`, pictureOf(heldOut, which));
write('digits/classes.txt', Array.from({ length: CLASSES }, (_, which) => `${which}\n`).join(''));
