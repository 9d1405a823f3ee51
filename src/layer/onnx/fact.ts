import { InputError } from '../../input-error.ts';
import type { ConvLayer, FcLayer, PoolLayer } from '../layer.ts';
import type { Attribute, OnnxNode } from './onnx-file.ts';
import { MOST_DIMENSIONS, smallValues, type Tensor } from './tensor.ts';

/** What is known of a tensor before anything runs. */
export interface Fact {
  /** The number of its element type, 0 where unknown. */
  readonly type: number;
  /** Undefined where it depends on what comes in. */
  readonly shape: readonly number[] | undefined;
  /** Its values, where they are few and known: sizes and indices that shapes depend on. */
  readonly values?: readonly number[] | undefined;
  /** True if it is the same in every run. */
  readonly isConstant?: boolean;
  /** The tensor of the file whose values these are, in any order or scale. */
  readonly stored?: Stored | undefined;
  /** True if it has images, channels, rows and columns, in this order. */
  readonly isFmap?: boolean | undefined;
  /** The shape of the feature map that was looked at in another way, by a Reshape or a Flatten. */
  readonly viewOf?: readonly number[] | undefined;
  /** What it was before zeros were put around it. */
  readonly padded?: Padded | undefined;
}

/** Values in the file, and the whole number that stands for zero among them; undefined where several do. */
export interface Stored {
  readonly tensor: Tensor;
  readonly zeroPoint: number | undefined;
}

/** A tensor with zeros around it: what it was before, and how many zeros are at the beginning and the end of each axis. */
export interface Padded {
  readonly shape: readonly number[];
  readonly begins: readonly number[];
  readonly ends: readonly number[];
}

/** A tensor of which nothing is known. */
export const UNKNOWN: Fact = { type: 0, shape: undefined };

export const storedFact = (tensor: Tensor): Fact => ({
  type: tensor.type,
  shape: tensor.dims,
  values: smallValues(tensor),
  isConstant: true,
  stored: { tensor, zeroPoint: 0 },
});

/** Thrown where something cannot be known before the network runs: a reason, no mistake. */
export class NotKnown extends Error {}

/** What nodes have to know of their model. */
export interface ModelFacts {
  /** The version of ONNX's operators. */
  readonly opset: number;
  /** The file's name, for messages. */
  readonly file: string;
}

/** A node as its operator sees it: attributes with their defaults, and what is known of its inputs. */
export class NodeFacts {
  readonly node: OnnxNode;
  readonly label: string;
  readonly inputs: readonly (Fact | undefined)[];
  readonly model: ModelFacts;

  constructor(node: OnnxNode, label: string, inputs: readonly (Fact | undefined)[], model: ModelFacts) {
    this.node = node;
    this.label = label;
    this.inputs = inputs;
    this.model = model;
  }

  get outputs(): number {
    return this.node.outputs.length;
  }

  get opset(): number {
    return this.model.opset;
  }

  /** Whether an optional input is there. */
  has(i: number): boolean {
    return this.inputs[i] !== undefined;
  }

  /** @throws InputError if the node has no such input. */
  fact(i: number): Fact {
    const fact = this.inputs[i];
    if (fact === undefined) throw this.flaw(`no input ${i + 1}`, `one, as ${this.node.opType} needs`);
    return fact;
  }

  /** @throws NotKnown */
  shape(i: number): readonly number[] {
    const { shape } = this.fact(i);
    if (shape === undefined) throw new NotKnown(`the shape of its input ${this.node.inputs[i]} is not known`);
    return shape;
  }

  /** @throws NotKnown */
  values(i: number): readonly number[] {
    const { values } = this.fact(i);
    if (values === undefined) {
      throw new NotKnown(`the values of its input ${this.node.inputs[i]} are not known before it runs`);
    }
    return values;
  }

  attribute(name: string): Attribute | undefined {
    return this.node.attributes.get(name);
  }

  integer(name: string, otherwise: number): number {
    return this.attribute(name)?.integer ?? otherwise;
  }

  text(name: string, otherwise: string): string {
    const text = this.attribute(name)?.text;
    return text === undefined ? otherwise : new TextDecoder().decode(text);
  }

  /** The whole numbers of an attribute; undefined where it is not there. */
  integers(name: string): readonly number[] | undefined {
    return this.attribute(name)?.integers;
  }

  /** Whole numbers that were an attribute in older versions of an operator and are an input in newer ones. */
  integersOrInput(name: string, input: number): readonly number[] | undefined {
    return this.integers(name) ?? (this.has(input) ? this.values(input) : undefined);
  }

  /**
   * Axes counted from 0.
   *
   * @throws InputError if one is not of this many.
   */
  axes(axes: readonly number[], rank: number): readonly number[] {
    if (axes.length > MOST_DIMENSIONS) throw this.flaw(`${axes.length} axes`, `at most ${MOST_DIMENSIONS}`);
    return axes.map((axis) => {
      const at = axis < 0 ? axis + rank : axis;
      if (Number.isInteger(at) && at >= 0 && at < rank) return at;
      throw this.flaw(`axis ${axis}`, `one of a tensor of ${rank} dimensions`);
    });
  }

  axis(axis: number, rank: number): number {
    return this.axes([axis], rank)[0]!;
  }

  /**
   * Refuses a shape that no tensor has.
   *
   * @throws InputError
   */
  checkShape(shape: readonly number[]): void {
    if (shape.length > MOST_DIMENSIONS) {
      throw this.flaw(`an output of ${shape.length} dimensions`, `at most ${MOST_DIMENSIONS}`);
    }
    const isShape = shape.every((size) => Number.isInteger(size) && size >= 0);
    if (isShape && Number.isSafeInteger(product(shape))) return;
    throw this.flaw(`an output of ${shape.join(' × ')}`, 'sizes from 0, and less than 2^53 values');
  }

  /** What is wrong with this node. */
  flaw(found: string, allowed: string): InputError {
    const { opType } = this.node;
    const path = [`node ${this.label} (${opType})`];
    return new InputError({ code: 'does-not-fit', path, found, allowed, file: this.model.file });
  }
}

/** What an operator does: enough to say what it makes, and what becomes of it on an accelerator. */
export interface Operator {
  /**
   * - `mapped`: its {@link Operator.work} becomes layers.
   * - `pointwise`: each value of the output depends on one of each input, in the same place.
   * - `view`: the same values in the same order, so that nothing moves.
   * - `other`: values move, or many make one without being multiplied.
   */
  readonly kind: 'mapped' | 'pointwise' | 'view' | 'other';
  /**
   * What is known of its outputs.
   *
   * @throws NotKnown, or InputError if its inputs do not fit.
   */
  readonly infer: (node: NodeFacts) => readonly Fact[];
  /** For `mapped`: MACs and layers. */
  readonly work?: (node: NodeFacts, images: number) => Work;
}

export const shaped = (type: number, shape: readonly number[]): Fact => ({ type, shape });

export const product = (sizes: readonly number[]): number => sizes.reduce((total, size) => total * size, 1);

type Unnamed<L> = Omit<L, 'name'>;

/** A layer without its name. */
export type LayerForm = Unnamed<ConvLayer> | Unnamed<FcLayer> | Unnamed<PoolLayer>;

/** What a node takes of an accelerator. */
export interface Work {
  /** Multiply-accumulates of all images of the file; undefined where unknown. */
  readonly macs: number | undefined;
  /** The layers that it becomes, for one image; none where there is no such layer. */
  readonly layers: readonly LayerForm[];
  /** Why there is none. */
  readonly reason?: string;
  /** Which input has the weights. */
  readonly weights?: number;
  /** The input that has the number that stands for zero among the weights. */
  readonly zeroPoint?: number;
}
