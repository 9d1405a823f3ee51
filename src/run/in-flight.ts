import type { RlcConfig } from '../chip/rlc.ts';
import type { Checkpoint } from './checkpoint.ts';
import { dequantiseAll, quantiseAll } from './fixed-point.ts';
import { floatsOf, type HostRuntime, type HostTensor } from './host.ts';
import { Memory } from './memory.ts';
import type { ModelGraph } from './model.ts';

/** What there is of a batch on its way through the network: tensors on the host, and words in the memory beside the chip. */
export class InFlight {
  readonly #runtime: HostRuntime;
  readonly #graph: ModelGraph;
  readonly #memory: Memory;
  readonly #tensors: Map<string, HostTensor>;

  /**
   * @param graph for as many images as the batch has
   * @param from what there was when the run was interrupted
   */
  constructor(
    runtime: HostRuntime,
    graph: ModelGraph,
    rlc: RlcConfig,
    from: Pick<Checkpoint, 'tensors' | 'memory'>,
  ) {
    this.#runtime = runtime;
    this.#graph = graph;
    this.#memory = new Memory(rlc, from.memory);
    this.#tensors = new Map(
      from.tensors.map(({ name, type, data, dims }) => [
        name,
        new runtime.Tensor(type as 'float32', data as Float32Array, dims),
      ]),
    );
  }

  /** Images of the network. */
  get images(): number {
    return this.#graph.images;
  }

  get content(): Pick<Checkpoint, 'tensors' | 'memory'> {
    const tensors = [...this.#tensors].map(([name, { type, data, dims }]) => ({
      name,
      type,
      data,
      dims: [...dims],
    }));
    return { tensors, memory: this.#memory.content };
  }

  put(name: string, tensor: HostTensor): void {
    this.#tensors.set(name, tensor);
  }

  /** A tensor in floating point. */
  tensor(name: string): HostTensor {
    const there = this.#tensors.get(name);
    if (there !== undefined) return there;
    const { words, fractionBits } = this.#memory.load(name);
    const { shape } = this.#graph.facts.get(name)!;
    const tensor = new this.#runtime.Tensor('float32', dequantiseAll(words, fractionBits), shape!);
    this.#tensors.set(name, tensor);
    return tensor;
  }

  store(name: string, words: Int16Array, fractionBits: number): void {
    this.#memory.store(name, { words, fractionBits }, true);
  }

  /** A tensor as words, which it becomes when they are first asked for. */
  words(name: string, fractionBits: number, isCoded: boolean): Int16Array {
    if (!this.#memory.has(name)) {
      const words = quantiseAll(floatsOf(name, this.#tensors.get(name)!), fractionBits);
      this.#memory.store(name, { words, fractionBits }, isCoded);
    }
    return this.#memory.load(name).words;
  }

  /** Forgets tensors that are needed no more. */
  release(isNeeded: (name: string) => boolean): void {
    for (const name of [...this.#tensors.keys()]) if (!isNeeded(name)) this.#tensors.delete(name);
    for (const name of this.#memory.content.keys()) if (!isNeeded(name)) this.#memory.release(name);
  }
}
