import { InputError } from '../input-error.ts';
import type { Progress } from '../steps.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { HostRuntime } from './host.ts';
import { NetworkRun } from './network-run.ts';
import { parametersOf } from './parameters.ts';
import type { Plan } from './plan.ts';
import type { Fmap, RunResult } from './result.ts';

/** Images to run a network on, each made when its turn comes. */
export interface ImageSource {
  /** What they are called, one after another. */
  readonly names: readonly string[];
  /** Of one image, as the network takes it. */
  readonly shape: readonly number[];
  readonly image: (i: number) => Float32Array | Promise<Float32Array>;
}

export interface RunOptions {
  /** What runs that which the chip does not. */
  readonly runtime: HostRuntime;
  /** Whether biases make up for what cutting products takes on average. Default: true. */
  readonly correctsBias?: boolean | undefined;
  /** What the classes are told as. */
  readonly classes?: ClassOptions | undefined;
  /** Where an earlier run came to. Default: the beginning. */
  readonly from?: Checkpoint | undefined;
  /** Is told after each layer of each batch; the checkpoint is made when asked for, which has to be at once. */
  readonly keep?: ((checkpoint: () => Checkpoint) => void) | undefined;
}

/** How the classes of images are told. */
export interface ClassOptions {
  /** The best that are told of each image. Default: 1. */
  readonly top?: number | undefined;
  /** Whether scores become probabilities by softmax; null, the default: unless they are such already. */
  readonly softmax?: boolean | null | undefined;
  /** The classes' names, in their order. */
  readonly labels?: readonly string[] | null | undefined;
  /** The true classes of the images. */
  readonly truth?: readonly number[] | undefined;
}

/** A run: its result, and what there is to see of its first image. */
export interface RunOutcome {
  readonly result: RunResult;
  /** The image itself, where it has channels, rows and columns in this order. */
  readonly input: Fmap | undefined;
  /** What the chip's layers made. */
  readonly fmaps: readonly Fmap[];
}

/**
 * Runs a network on images: convolutions, products of matrices and maximum pools on the simulated chip, in words of 16 bits,
 * and everything else on the host; and beside it the float network, to calibrate the words by and to compare with.
 *
 * First the float network runs on all images, for the largest magnitude of each tensor; then, batch by batch, both.
 *
 * @throws InputError if there are no images, or if onnxruntime cannot run a node.
 */
export async function* runSteps(
  plan: Plan,
  images: ImageSource,
  options: RunOptions,
): AsyncGenerator<Progress, RunOutcome> {
  if (images.names.length === 0) {
    throw new InputError({ code: 'missing', path: ['input'], allowed: 'at least one image' });
  }
  // Reading weights and opening sessions takes seconds: whoever wants to stop can do so before
  yield { done: 0, of: 1 };
  const parameters = await parametersOf(plan, options.runtime);
  yield { done: 0, of: 1 };
  const run = new NetworkRun(plan, images, options, parameters);
  try {
    yield* run.calibrate();
    yield* run.batches();
    return await run.outcome();
  } finally {
    await run.release();
  }
}

/** {@link runSteps} to its end. */
export async function runNetwork(plan: Plan, images: ImageSource, options: RunOptions): Promise<RunOutcome> {
  const steps = runSteps(plan, images, options);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}
