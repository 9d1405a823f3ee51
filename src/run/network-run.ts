import type { KnownPasses } from '../chip/layer-passes.ts';
import type { ChipMapping } from '../chip/mapping.ts';
import { InputError } from '../input-error.ts';
import { outputSize } from '../layer/layer.ts';
import { product } from '../layer/onnx/fact.ts';
import type { Progress } from '../steps.ts';
import { type Checkpoint, EMPTY_CHECKPOINT } from './checkpoint.ts';
import { fractionBitsFor, largestMagnitude, quantiseAll } from './fixed-point.ts';
import { formatsOf } from './format.ts';
import { floatsOf, HostPart, type HostTensor, runtimeName, type Tensors } from './host.ts';
import { InFlight } from './in-flight.ts';
import { mappingForFewer } from './layer-mapping.ts';
import { layerWords, NO_TALLY, type ReadyLayer, runLayer } from './layer-run.ts';
import type { ModelGraph } from './model.ts';
import type { LayerParameters } from './parameters.ts';
import { type ChipStep, chipSteps, classesOf, graphForFewer, type HostStep, type Plan } from './plan.ts';
import type { Fmap } from './result.ts';
import type { ImageSource, RunOptions, RunOutcome } from './run.ts';
import { runResult } from './run-result.ts';
import { lastUses } from './schedule.ts';

/** Share of the work that the float network is, beside the chip. */
const FLOAT_SHARE = 0.1;

/** A run on its way: its state is that of a checkpoint. */
export class NetworkRun {
  readonly #plan: Plan;
  readonly #source: ImageSource;
  readonly #options: RunOptions;
  readonly #parameters: ReadonlyMap<ChipStep, LayerParameters>;
  readonly #float: HostPart;
  readonly #parts: ReadonlyMap<HostStep, HostPart>;
  readonly #ready = new Map<ChipStep, ReadyLayer>();
  readonly #known: KnownPasses = new Map();
  /** For the images that do not fill a batch. */
  readonly #rest: ModelGraph | undefined;
  readonly #restMappings = new Map<ChipStep, ChipMapping>();
  #state: Checkpoint;

  constructor(
    plan: Plan,
    source: ImageSource,
    options: RunOptions,
    parameters: ReadonlyMap<ChipStep, LayerParameters>,
  ) {
    this.#plan = plan;
    this.#source = source;
    this.#options = options;
    this.#parameters = parameters;
    const part = (inputs: readonly string[], outputs: readonly string[]) =>
      new HostPart(options.runtime, plan, inputs, outputs);
    this.#float = part([this.#inputName], this.#compared());
    const hostSteps = plan.steps.filter((step) => step.on === 'host');
    this.#parts = new Map(hostSteps.map((step) => [step, part(step.inputs, step.outputs)]));
    const rest = source.names.length % this.#batchSize;
    this.#rest = rest > 0 ? graphForFewer(plan, rest) : undefined;
    this.#state = options.from ?? EMPTY_CHECKPOINT;
  }

  get #inputName(): string {
    return this.#plan.runnable.input.name;
  }

  /** Images of a full batch. */
  get #batchSize(): number {
    return this.#plan.graph.images;
  }

  get #batches(): number {
    return Math.ceil(this.#source.names.length / this.#batchSize);
  }

  async release(): Promise<void> {
    for (const part of [this.#float, ...this.#parts.values()]) await part.release();
  }

  /** Tensors of the float network that are looked at: what layers make, what they read from the host, what comes out. */
  #compared(): readonly string[] {
    const steps = chipSteps(this.#plan);
    const made = new Set(steps.map(({ output }) => output));
    const read = steps.map(({ input }) => input).filter((name) => !made.has(name));
    const names = [...steps.map(({ sum }) => sum), ...read, this.#plan.output];
    return [...new Set(names)].filter((name) => name !== this.#inputName);
  }

  /** The images of a batch, as the input of the network. */
  async #input(batch: number): Promise<HostTensor> {
    const first = batch * this.#batchSize;
    const images = Math.min(this.#batchSize, this.#source.names.length - first);
    const { shape, names } = this.#source;
    const size = product(shape);
    const values = new Float32Array(images * size);
    for (let i = 0; i < images; i++) {
      const image = await this.#source.image(first + i);
      if (image.length !== size) {
        const path = ['input', names[first + i]!];
        const allowed = `${size}, for ${shape.join(' × ')}`;
        throw new InputError({ code: 'does-not-fit', path, found: `${image.length} values`, allowed });
      }
      values.set(image, i * size);
    }
    return new this.#options.runtime.Tensor('float32', values, [images, ...shape]);
  }

  #progress(batchesCalibrated: number, batchesRun: number): Progress {
    const of = 1000 * this.#batches;
    const done = 1000 * (FLOAT_SHARE * batchesCalibrated + (1 - FLOAT_SHARE) * batchesRun);
    return { done: Math.min(of, Math.floor(done)), of };
  }

  /** Runs the float network on all images, for the range of each tensor. */
  async *calibrate(): AsyncGenerator<Progress, void> {
    const name = this.#inputName;
    const ranges = new Map(this.#state.ranges);
    for (let batch = this.#state.calibrated; batch < this.#batches; batch++) {
      const input = await this.#input(batch);
      const floats = new Map(await this.#float.run(new Map([[name, input]]))).set(name, input);
      for (const [tensor, value] of floats) {
        if (value.type !== 'float32') continue;
        const magnitude = largestMagnitude(value.data as Float32Array);
        if (!Number.isFinite(magnitude)) throw this.#notFinite(tensor, batch);
        ranges.set(tensor, Math.max(ranges.get(tensor) ?? 0, magnitude));
      }
      this.#state = { ...this.#state, ranges, calibrated: batch + 1 };
      yield this.#progress(batch + 1, 0);
    }
  }

  #notFinite(tensor: string, batch: number): InputError {
    const size = this.#batchSize;
    const names = this.#source.names.slice(size * batch, size * (batch + 1));
    const few = names.length > MOST_NAMED ? [...names.slice(0, MOST_NAMED), '…'] : names;
    return new InputError({
      code: 'out-of-range',
      path: ['input', few.join(', '), tensor],
      found: 'infinity or NaN in floating point',
      allowed: 'images of which the network makes numbers',
    });
  }

  /** Runs the batches on chip and host, beside the float network. */
  async *batches(): AsyncGenerator<Progress, void> {
    const weightRange = (step: ChipStep) => largestMagnitude(this.#parameters.get(step)?.weights ?? []);
    const formats = formatsOf(chipSteps(this.#plan), this.#state.ranges, weightRange);
    for (const [step, format] of formats) this.#ready.set(step, this.#readyLayer(step, format));
    while (this.#state.batch < this.#batches) yield* this.#runBatch(this.#state.batch);
  }

  #readyLayer(step: ChipStep, format: ReadyLayer['format']): ReadyLayer {
    const parameters = this.#parameters.get(step);
    const words = parameters && layerWords(parameters, format);
    return {
      chip: this.#plan.chip,
      step,
      format,
      filters: words?.filters ?? new Int16Array(),
      biases: words?.biases,
      parameters,
      correctsBias: this.#options.correctsBias ?? true,
      codesIfmap: step.input !== this.#inputName,
    };
  }

  async *#runBatch(batch: number): AsyncGenerator<Progress, void> {
    const { steps, output } = this.#plan;
    const name = this.#inputName;
    const input = await this.#input(batch);
    const floats = new Map(await this.#float.run(new Map([[name, input]])));
    const { graph, chip } = this.#plan;
    const isFull = input.dims[0] === this.#batchSize;
    const inFlight = new InFlight(this.#options.runtime, isFull ? graph : this.#rest!, chip.rlc, this.#state);
    if (this.#state.step === 0) inFlight.put(name, input);
    const last = lastUses(steps, output);
    for (let at = this.#state.step; at < steps.length; at++) {
      const step = steps[at]!;
      if (step.on === 'host') await this.#runHost(step, inFlight);
      else {
        for (const { done, of } of this.#runChip(step, inFlight, floats)) {
          yield this.#progress(this.#batches, batch + (at + done / of) / steps.length);
        }
      }
      inFlight.release((tensor) => (last.get(tensor) ?? -1) > at);
      this.#state = { ...this.#state, step: at + 1 };
      if (step.on === 'chip') this.#options.keep?.(() => ({ ...this.#state, ...inFlight.content }));
      yield this.#progress(this.#batches, batch + (at + 1) / steps.length);
    }
    this.#state = {
      ...this.#state,
      batch: batch + 1,
      step: 0,
      tensors: [],
      memory: new Map(),
      scores: this.#withScores(inFlight, floats),
    };
  }

  /** What came out of the batches, with this one; nothing where it is no list of scores, which may be large. */
  #withScores(inFlight: InFlight, floats: Tensors): Checkpoint['scores'] {
    const { output } = this.#plan;
    if (classesOf(this.#plan) === undefined) return [];
    const chip = floatsOf(output, inFlight.tensor(output));
    const float = floatsOf(output, floats.get(output)!);
    return [...this.#state.scores, { images: inFlight.images, chip, float }];
  }

  async #runHost(step: HostStep, inFlight: InFlight): Promise<void> {
    const inputs: Tensors = new Map(step.inputs.map((name) => [name, inFlight.tensor(name)]));
    for (const [name, tensor] of await this.#parts.get(step)!.run(inputs)) inFlight.put(name, tensor);
  }

  *#runChip(step: ChipStep, inFlight: InFlight, floats: Tensors): Generator<Progress, void> {
    const ready = this.#ready.get(step)!;
    const { format, codesIfmap } = ready;
    const { images } = inFlight;
    const ifmap = inFlight.words(step.input, format.ifmapFractionBits, codesIfmap);
    const needed = images * step.rows * product(step.layer.input);
    if (ifmap.length !== needed) {
      throw new InputError({
        code: 'does-not-fit',
        path: [`node ${step.layer.name}`],
        found: `${ifmap.length} values in ${step.input}`,
        allowed: `${needed}, as the shapes say that the file has`,
        file: this.#plan.runnable.file,
      });
    }
    const batch = {
      images,
      mapping: this.#mapping(step, images),
      ifmap,
      expected: floatsOf(step.sum, floats.get(step.sum)!),
    };
    const { name } = step.layer;
    const before = this.#state.tallies.get(name) ?? NO_TALLY;
    const { ofmap, tally } = yield* runLayer(ready, batch, before, this.#known);
    inFlight.store(step.output, ofmap, format.ofmapFractionBits);
    const isFirst = this.#state.batch === 0;
    this.#state = {
      ...this.#state,
      tallies: new Map(this.#state.tallies).set(name, tally),
      ...(isFirst && { fmaps: [...this.#state.fmaps, fmapOf(step, ofmap)] }),
    };
  }

  /** The mapping for so many images: that of a full batch, or one of its own. */
  #mapping(step: ChipStep, images: number): ChipMapping {
    if (images === this.#batchSize) return step.chosen.mapping;
    const mapping = this.#restMappings.get(step) ?? mappingForFewer(step, images, this.#plan).mapping;
    this.#restMappings.set(step, mapping);
    return mapping;
  }

  async outcome(): Promise<RunOutcome> {
    const { tallies, scores, fmaps } = this.#state;
    const result = runResult({
      plan: this.#plan,
      runtime: runtimeName(this.#options.runtime),
      names: this.#source.names,
      formats: new Map([...this.#ready].map(([step, { format }]) => [step, format])),
      tallies,
      scores,
      classes: this.#options.classes ?? {},
    });
    return { result, input: await this.#firstImage(), fmaps };
  }

  async #firstImage(): Promise<Fmap | undefined> {
    const { shape, image, names } = this.#source;
    const [channels = 1, height = 1, width = 1] = shape;
    if (shape.length !== 3 || channels > MOST_COLORS) return undefined;
    const values = await image(0);
    const words = quantiseAll(values, fractionBitsFor(largestMagnitude(values)));
    return { name: names[0]!, channels, height, width, words };
  }
}

/** Images that a message names. */
const MOST_NAMED = 4;

/** Channels of a picture. */
const MOST_COLORS = 4;

/** What a layer made of the first image. */
function fmapOf({ layer }: ChipStep, ofmap: Int16Array): Fmap {
  const [channels, height, width] = outputSize(layer);
  return { name: layer.name, channels, height, width, words: ofmap.slice(0, channels * height * width) };
}
