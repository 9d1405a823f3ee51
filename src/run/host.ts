import { InputError } from '../input-error.ts';
import type { KnownNode } from '../layer/onnx/inference.ts';
import { submodel } from '../layer/onnx/submodel.ts';
import { ELEMENT_TYPES } from '../layer/onnx/tensor.ts';
import { inputsOf, type ModelGraph, type RunnableModel } from './model.ts';

/** A build of onnxruntime: what is used of onnxruntime-node and onnxruntime-web, which are alike. */
export interface HostRuntime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<HostSession>;
  };
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => HostTensor;
  readonly env: { readonly versions: { readonly node?: string; readonly web?: string } };
}

/** What a build of onnxruntime is called, with its version: `onnxruntime-web 1.30.0`. */
export function runtimeName({ env }: HostRuntime): string {
  const { node, web } = env.versions;
  return node === undefined ? `onnxruntime-web ${web ?? ''}`.trim() : `onnxruntime-node ${node}`;
}

export interface HostSession {
  run(feeds: Readonly<Record<string, HostTensor>>): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

export interface HostTensor {
  /** Of the elements: `float32`, `int64`. */
  readonly type: string;
  readonly dims: readonly number[];
  readonly data: unknown;
}

/** One thread, so that sums are always made in one order; errors are thrown and need not be printed, too. */
const OPTIONS = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 };

/** Tensors by their names. */
export type Tensors = ReadonlyMap<string, HostTensor>;

/** A part of a network as onnxruntime runs it. */
export class HostPart {
  readonly #runtime: HostRuntime;
  readonly #runnable: RunnableModel;
  readonly #graph: ModelGraph;
  readonly #inputs: readonly string[];
  readonly #outputs: readonly string[];
  #session: HostSession | undefined;

  /**
   * @param inputs names of the tensors that it begins with
   * @param outputs names of those that it makes
   */
  constructor(
    runtime: HostRuntime,
    { runnable, graph }: { readonly runnable: RunnableModel; readonly graph: ModelGraph },
    inputs: readonly string[],
    outputs: readonly string[],
  ) {
    this.#runtime = runtime;
    this.#runnable = runnable;
    this.#graph = graph;
    this.#inputs = inputs;
    this.#outputs = outputs;
  }

  /**
   * Runs it, on all of its inputs.
   *
   * @throws InputError if onnxruntime cannot: with the node, where it is one that it does not know.
   */
  async run(tensors: Tensors): Promise<Tensors> {
    const inputs = this.#inputs.map((name) => [name, tensors.get(name)!] as const);
    const types = new Map(inputs.map(([name, { type }]) => [name, typeNumber(type)]));
    const nodes = partOf(this.#graph, this.#inputs, this.#outputs);
    this.#session ??= await this.#open(nodes, types);
    try {
      const outputs = await this.#session.run(Object.fromEntries(inputs));
      return new Map(this.#outputs.map((name) => [name, outputs[name]!]));
    } catch (error) {
      throw this.#flaw(nodes, (error as Error).message);
    }
  }

  async release(): Promise<void> {
    await this.#session?.release();
    this.#session = undefined;
  }

  async #open(nodes: readonly KnownNode[], inputs: ReadonlyMap<string, number>): Promise<HostSession> {
    const { model, files } = this.#runnable;
    const part = { nodes: nodes.map(({ node }) => node), inputs, outputs: this.#outputs };
    try {
      return await this.#runtime.InferenceSession.create(submodel(model, part, files), OPTIONS);
    } catch (error) {
      throw this.#flaw(nodes, (error as Error).message);
    }
  }

  #flaw(nodes: readonly KnownNode[], message: string): InputError {
    const guilty = culprits(nodes, message);
    const names = guilty.slice(0, MOST_NAMED).map(({ label, node }) => `${label} (${node.opType})`);
    const more = guilty.length > MOST_NAMED ? ' …' : '';
    return new InputError({
      code: 'syntax',
      path: [`node ${names.join(', ')}${more}`],
      found: oneLine(message),
      allowed: 'what the chip or onnxruntime can run',
      file: this.#runnable.file,
    });
  }
}

/** Nodes that a message names. */
const MOST_NAMED = 3;

/** What onnxruntime says in many lines, with places in its own source, as one. */
const oneLine = (message: string): string =>
  message
    .replace(/^.*?ERROR_CODE: \d+, ERROR_MESSAGE: /s, '')
    .replaceAll(/\S+\.(cc|h):\d+\s*/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim()
    .slice(0, 300);

/** Nodes that a message may be about: those whose name or operator it tells, or else those that nobody knows, or all. */
function culprits(nodes: readonly KnownNode[], message: string): readonly KnownNode[] {
  const words = new Set(message.split(/\W+/));
  const named = nodes.filter(({ label }) => message.includes(`'${label}'`) || message.includes(`(${label})`));
  const alike = nodes.filter(({ node }) => words.has(node.opType));
  const strangers = nodes.filter(({ operator }) => operator === undefined);
  const strangersAlike = strangers.filter((one) => alike.includes(one));
  return [named, strangersAlike, alike, strangers].find(({ length }) => length > 0) ?? nodes;
}

/** The number of an element type, by its name. */
function typeNumber(name: string): number {
  const entry = Object.entries(ELEMENT_TYPES).find(([, type]) => type.name === name);
  if (entry === undefined) throw new Error(`no element type ${name}`);
  return Number(entry[0]);
}

/** The nodes between some tensors and others, with those that make what never changes. */
export function partOf(
  { nodes }: ModelGraph,
  inputs: readonly string[],
  outputs: readonly string[],
): readonly KnownNode[] {
  const begins = new Set(inputs);
  const wanted = new Set(outputs.filter((name) => !begins.has(name)));
  const part: KnownNode[] = [];
  for (const one of nodes.toReversed()) {
    if (!one.node.outputs.some((name) => wanted.has(name))) continue;
    part.push(one);
    for (const name of inputsOf(one)) if (!begins.has(name)) wanted.add(name);
  }
  return part.reverse();
}

/** A tensor's values as floats. */
export function floatsOf(name: string, { type, data }: HostTensor): Float32Array {
  if (type === 'float32') return data as Float32Array;
  if (type === 'float64') return Float32Array.from(data as Float64Array);
  throw new InputError({ code: 'wrong-type', path: [name], found: type, allowed: 'floats of 32 bits' });
}
