import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { traceText } from '../chip/trace.ts';
import { InputError } from '../input-error.ts';
import { bytesOf } from '../layer/onnx/tensor.ts';
import { printable } from '../report/format.ts';
import { runData } from '../report/run-data.ts';
import { runHtml } from '../report/run-html.ts';
import { runTable } from '../report/run-table.ts';
import type { Checkpoint } from '../run/checkpoint.ts';
import { runtimeName } from '../run/host.ts';
import { type RunnableModel, readModel } from '../run/model.ts';
import { classesOf, type Plan, planRun, USUAL_BATCH } from '../run/plan.ts';
import type { InputProcessing } from '../run/processing.ts';
import { type RunOutcome, runSteps } from '../run/run.ts';
import { runTrace } from '../run/run-trace.ts';
import { syntheticModel } from '../run/synthetic-model.ts';
import { chipOf, costsOf, mappingOf } from './chip-flags.ts';
import { CheckFailed } from './exit.ts';
import { externalFiles } from './external-files.ts';
import { checkPlace, readBytes, writeWhole } from './files.ts';
import { together, wholeNumber } from './flags.ts';
import { isOnnx, networkNamed } from './network.ts';
import { onnxruntime } from './onnxruntime.ts';
import { type Content, emit, formatNamed, formatted, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';
import { RUN_FORMATS, type RunFlags } from './run.ts';
import { drawnImages, type Images, imagesIn } from './run-images.ts';
import { classesFor, processingOf } from './run-processing.ts';
import { RunState, stateFolder } from './run-state.ts';

/** The most images at once, and of drawn ones in all. */
const MOST_BATCH = 1024;
const MOST_IMAGES = 1e6;
const MOST_SEED = 2 ** 31 - 1;

/**
 * What `rowhouse run` does.
 *
 * @param version of the command: another one may come to other results
 */
export async function runCommand(name: string, flags: RunFlags, version: string): Promise<void> {
  const { format, processing, batch, count, seed, chip, costs, mapping, folder } = await together({
    format: () => formatNamed(flags, RUN_FORMATS),
    processing: () => processingOf(flags),
    batch: () => numberOf('--batch', flags.batch, MOST_BATCH),
    count: () => numberOf('--images', flags.images, MOST_IMAGES),
    seed: () => wholeNumber('--seed', flags.seed, MOST_SEED),
    mapping: () => mappingOf(flags),
    chip: () => chipOf(flags),
    costs: () => costsOf(flags),
    trace: () => flags.trace !== undefined && checkPlace('--trace', flags.trace),
    place: () => flags.out !== undefined && checkPlace('--out', flags.out),
    folder: () => stateFolder(flags.state),
  });
  const { runnable, hash, isDrawn } = await modelNamed(name, seed);
  await letGo();
  const drawn = isDrawn ? { count: count ?? batch ?? USUAL_BATCH, seed } : undefined;
  const images = imagesFor(runnable, flags, processing.input, drawn);
  const plan = await inTermsOfFlags(() =>
    planRun(runnable, {
      shape: images.shape,
      batch: batchOf(runnable, images, batch),
      chip,
      costs,
      mapping,
      until: flags.until,
    }),
  );
  const classes = classesFor(processing.output, flags, classesOf(plan), images.names.length);
  await letGo();
  const runtime = await onnxruntime();
  const correctsBias = flags.biasCorrection;
  const facts = {
    version,
    runtime: runtimeName(runtime),
    model: hash,
    until: flags.until,
    images: images.hash,
    shape: images.shape,
    input: processing.input,
    batch: plan.graph.images,
    chip,
    costs,
    mapping,
    correctsBias,
  };
  const fingerprint = createHash('sha256').update(JSON.stringify(facts)).digest('hex');
  const state = new RunState(folder, fingerprint, tell);
  const from = flags.resume && state.load();
  if (flags.resume) tell(from ? continuing(plan, from) : 'nothing to continue from: the run begins anew');
  const steps = runSteps(plan, images, {
    runtime,
    correctsBias,
    classes,
    from,
    keep: (checkpoint) => state.save(checkpoint),
  });
  const { result } = await tellingOfResume(state, async () => {
    const outcome = await inTermsOfFlags(() => withProgress(`running ${runnable.file}`, steps));
    await write(outcome, plan, format, flags);
    return outcome;
  });
  // Standard output tells only then that the disk is full, and the command ends with the work kept
  await letGo();
  state.remove();
  if (result.layers.some(({ output }) => !output.bitExact)) throw new CheckFailed();
}

/** Two turns of the event loop: Ctrl-C is heard, and what went wrong with standard output. */
async function letGo(): Promise<void> {
  await setImmediate();
  await setImmediate();
}

/** Images at once: no more than there are, unless the file is made for a number of its own. */
function batchOf({ input }: RunnableModel, { names }: Images, wanted: number | undefined): number {
  const [own] = input.sizes;
  return own === undefined ? Math.min(wanted ?? USUAL_BATCH, names.length) : (wanted ?? own);
}

/** Says something on a line of its own, where progress may stand. */
const tell = (text: string): void => {
  const { stderr } = process;
  stderr.write(`${stderr.isTTY ? '\r\u001B[K' : ''}rowhouse: ${printable(text)}\n`);
};

const numberOf = (flag: string, text: string | undefined, most: number): number | undefined =>
  text === undefined ? undefined : wholeNumber(flag, text, most);

/** A model, a hash of all that it is made of, and whether its weights are drawn. */
async function modelNamed(
  name: string,
  seed: number,
): Promise<{ runnable: RunnableModel; hash: string; isDrawn: boolean }> {
  const hash = createHash('sha256');
  const isDrawn = !isOnnx(name);
  const network = isDrawn ? await networkNamed(name) : undefined;
  const bytes = network ? syntheticModel(network, seed) : readBytes('network', name);
  const files = isDrawn ? undefined : externalFiles(name);
  const runnable = readModel(bytes, network?.name ?? name, files);
  hash.update(bytes);
  for (const tensor of runnable.model.graph.initializers.values()) {
    const { external } = tensor;
    if (external && files) hash.update(files.read(external.location, external.offset, bytesOf(tensor) ?? 0));
  }
  return { runnable, hash: hash.digest('hex'), isDrawn };
}

function imagesFor(
  runnable: RunnableModel,
  { input, images }: RunFlags,
  processing: InputProcessing,
  drawn: { readonly count: number; readonly seed: number } | undefined,
): Images {
  if (input !== undefined) {
    if (images === undefined) return imagesIn(input, runnable, processing);
    const allowed = 'one of --images and --input';
    throw new InputError({ code: 'not-allowed', path: ['--images'], found: images, allowed });
  }
  if (drawn === undefined) {
    const allowed = 'a picture, a tensor (.npy, .json), or a folder of them';
    throw new InputError({ code: 'missing', path: ['--input'], allowed });
  }
  const shape = runnable.input.sizes.slice(1).map((size) => size!);
  return drawnImages(drawn.count, shape, drawn.seed);
}

/** Problems of a plan or a run, in terms of the flags that they come from. */
async function inTermsOfFlags<R>(action: () => R | Promise<R>): Promise<R> {
  const flags: Readonly<Record<string, string>> = {
    batch: '--batch',
    until: '--until',
    mapping: '--mapping',
    input: '--input',
  };
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem) => {
        const [first, ...rest] = problem.path;
        const flag = flags[first ?? ''];
        return flag === undefined ? problem : { ...problem, path: [[flag, ...rest].join(' ')] };
      }),
    );
  }
}

/** Where a run continues. */
function continuing({ steps }: Plan, { batch, step }: Checkpoint): string {
  const done = steps.slice(0, step).findLast((one) => one.on === 'chip');
  const place = done?.on === 'chip' ? `after ${done.layer.name}` : 'at its beginning';
  return `continues ${place}${batch > 0 ? `, in batch ${batch + 1}` : ''}`;
}

/** Says, when the user interrupts, that the work is not lost. */
async function tellingOfResume<R>(state: RunState, action: () => Promise<R>): Promise<R> {
  const onInterrupt = () => {
    state.flush();
    if (state.isThere)
      tell('interrupted; the same command with --resume continues after the last finished layer');
  };
  process.prependOnceListener('SIGINT', onInterrupt);
  try {
    return await action();
  } finally {
    process.removeListener('SIGINT', onInterrupt);
  }
}

async function write(
  outcome: RunOutcome,
  plan: Plan,
  format: (typeof RUN_FORMATS)[number],
  { trace: traceFile, out }: RunFlags,
): Promise<void> {
  const destination = { file: out };
  const { result, input, fmaps } = outcome;
  const needsTrace = traceFile !== undefined || format === 'html';
  const trace = needsTrace ? traceText(runTrace(plan)) : undefined;
  const content: Content =
    format === 'html'
      ? await runHtml(result, { fmaps, inputs: input ? [input] : [], trace })
      : await formatted(format, {
          table: () => runTable(result, terminalOptions(destination)),
          json: result,
          data: () => runData(result),
        });
  if (traceFile !== undefined) writeWhole('--trace', traceFile, trace!);
  emit(content, destination);
}
