/** Runs of small models, for tests. */

import type { NodeProto } from 'onnx-buf';
import { floats, type ModelSpec, onnxModel } from '../layer/onnx/model.testing.ts';
import type { Checkpoint } from './checkpoint.ts';
import { nodeRuntime, runOnnx, webRuntime } from './host.testing.ts';
import { readModel } from './model.ts';
import { modelBytes, type TestNetwork } from './network.testing.ts';
import { type Plan, type PlanOptions, planRun } from './plan.ts';
import type { RunResult } from './result.ts';
import { type ImageSource, type RunOptions, type RunOutcome, runNetwork } from './run.ts';
import { syntheticImage } from './synthetic-model.ts';

export const web = await webRuntime();
export const native = nodeRuntime();
export const runtime = native ?? web;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, one) => product * one, 1);

/** Images of pixels from −1 to 1, or of all zeros where `isDark` says so. */
export function drawn(shape: readonly number[], count: number, isDark = (_: number) => false): ImageSource {
  const image = (i: number) =>
    isDark(i) ? new Float32Array(sizeOf(shape)) : syntheticImage(sizeOf(shape), i + 1);
  return { names: Array.from({ length: count }, (_, i) => `image ${i}`), shape, image };
}

/** A run that tells all scores as they are. */
export const run = (
  plan: Plan,
  images: ImageSource,
  options: Partial<RunOptions> = {},
): Promise<RunOutcome> =>
  runNetwork(plan, images, { runtime, classes: { top: 1000, softmax: false }, ...options });

/** A run, and every checkpoint that it handed out, as it would come back from a file. */
export async function withCheckpoints(plan: Plan, images: ImageSource, options: Partial<RunOptions> = {}) {
  const kept: Checkpoint[] = [];
  const outcome = await run(plan, images, {
    ...options,
    keep: (checkpoint) => kept.push(structuredClone(checkpoint())),
  });
  return { outcome, kept };
}

/** Scores of an image in the order of the classes. */
export const scoresOf = ({ classes }: RunResult, image: number, which: 'chip' | 'float'): readonly number[] =>
  classes!.images[image]![which].toSorted((a, b) => a.class - b.class).map(({ score }) => score);

/** What the whole float model makes of an image: its first output. */
export async function wholeModel(bytes: Uint8Array, images: ImageSource, i: number): Promise<Float32Array> {
  const { input, model } = readModel(bytes, 'net.onnx');
  const tensor = new runtime.Tensor('float32', Float32Array.from(await images.image(i)), [
    1,
    ...images.shape,
  ]);
  const made = await runOnnx(runtime, bytes, new Map([[input.name, tensor]]));
  return made.get(model.graph.outputs[0]!.name)!.data as Float32Array;
}

/** A plan of a random network, in mappings that need no search. */
export function planOf(network: TestNetwork, batch: number, more: Partial<PlanOptions> = {}): Plan {
  const shape = network.shapes.get('x')!;
  return planRun(readModel(modelBytes(network), 'net.onnx'), { shape, batch, mapping: {}, ...more });
}

export type SmallModel = Partial<Omit<ModelSpec, 'nodes'>> &
  Partial<PlanOptions> & { readonly nodes: readonly NodeProto[] };

/** A model with the one input `x`, and its last node's first output if no others are said. */
export function smallModel({ nodes, shape = [3, 6, 6], ...spec }: SmallModel): Uint8Array {
  return onnxModel({
    nodes,
    inputs: { x: ['n', ...shape] },
    outputs: [nodes.at(-1)!.output[0]!],
    ...spec,
  });
}

export function smallPlan(given: SmallModel): Plan {
  const { shape = [3, 6, 6], batch = 2, mapping = {}, until } = given;
  return planRun(readModel(smallModel(given), 'net.onnx'), { shape, batch, mapping, until });
}

/** Weights that keep signals as large as they are; another seed makes others. */
export function weights(name: string, dims: readonly number[], products: number, seed = 1) {
  const values = syntheticImage(sizeOf(dims), seed + 100);
  return floats(
    name,
    dims,
    values.map((value) => value * Math.sqrt(6 / products)),
  );
}
