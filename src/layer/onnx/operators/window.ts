import { span } from '../../layer.ts';
import { type NodeFacts, NotKnown } from '../fact.ts';

/** How a window walks along one axis: of a convolution or of a pool. */
export interface Walk {
  /** Of the input. */
  readonly size: number;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros before and after. */
  readonly begin: number;
  readonly end: number;
  /** Of the output. */
  readonly outputs: number;
}

/**
 * The walk along each axis that a Conv or a pool describes by its attributes.
 *
 * @param sizes of the input, along the axes that the window walks
 * @throws InputError if attributes are of another number of axes, or out of range.
 */
export function walksOf(
  node: NodeFacts,
  sizes: readonly number[],
  kernel: readonly number[],
): readonly Walk[] {
  const { stride, dilation, begin, end } = windowAttributes(node, sizes.length);
  const mode = node.text('auto_pad', 'NOTSET');
  const roundsUp = node.integer('ceil_mode', 0) === 1;
  return sizes.map((size, i) => {
    const step = { size, kernel: kernel[i]!, stride: stride[i]!, dilation: dilation[i]! };
    const wide = span(step.kernel, step.dilation);
    if (mode === 'NOTSET') return walk(node, { ...step, begin: begin[i]!, end: end[i]! }, roundsUp);
    if (mode === 'VALID') return walk(node, { ...step, begin: 0, end: 0 }, false);
    if (mode !== 'SAME_UPPER' && mode !== 'SAME_LOWER') {
      throw node.flaw(`auto_pad ${mode}`, 'NOTSET, VALID, SAME_UPPER or SAME_LOWER');
    }
    const outputs = Math.ceil(size / step.stride);
    const zeros = Math.max(0, (outputs - 1) * step.stride + wide - size);
    const [small, large] = [Math.floor(zeros / 2), Math.ceil(zeros / 2)];
    const [before, after] = mode === 'SAME_UPPER' ? [small, large] : [large, small];
    return { ...step, begin: before, end: after, outputs };
  });
}

function walk(node: NodeFacts, step: Omit<Walk, 'outputs'>, roundsUp: boolean): Walk {
  const { size, kernel, stride, dilation, begin, end } = step;
  const room = size + begin + end - span(kernel, dilation);
  if (room < 0) {
    const found = `a window that spans ${span(kernel, dilation)}`;
    throw node.flaw(found, `at most the ${size + begin + end} of its input with padding`);
  }
  const down = Math.floor(room / stride) + 1;
  if (!roundsUp) return { ...step, outputs: down };
  const up = Math.ceil(room / stride) + 1;
  // A window that would begin in the padding at the end is left out
  const outputs = (up - 1) * stride >= size + begin ? up - 1 : up;
  const needed = (outputs - 1) * stride + span(kernel, dilation) - size - begin;
  return { ...step, end: Math.max(end, needed), outputs };
}

/** Strides, dilations and padding, one for each axis. */
export function windowAttributes(node: NodeFacts, axes: number) {
  const list = (name: string, length: number, least: number, otherwise: number) => {
    const given = node.integers(name) ?? [];
    // An empty list is none
    const values = given.length > 0 ? given : Array<number>(length).fill(otherwise);
    if (values.length !== length) {
      throw node.flaw(`${name} of ${values.length} numbers`, `${length} for ${axes} axes`);
    }
    const wrong = values.find((value) => value < least);
    if (wrong !== undefined && name === 'pads')
      throw new NotKnown('it cuts off its input with negative padding');
    if (wrong !== undefined) throw node.flaw(`${name} of ${wrong}`, `numbers from ${least}`);
    return values;
  };
  const pads = list('pads', 2 * axes, 0, 0);
  return {
    stride: list('strides', axes, 1, 1),
    dilation: list('dilations', axes, 1, 1),
    begin: pads.slice(0, axes),
    end: pads.slice(axes),
  };
}

/** The walks down and across: of one axis, that is a row; undefined for three or more. */
export function planar<T>(walks: readonly T[], still: T): readonly [T, T] | undefined {
  if (walks.length === 1) return [still, walks[0]!];
  return walks.length === 2 ? [walks[0]!, walks[1]!] : undefined;
}

/** Along an axis of one row. */
export const STILL: Walk = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, outputs: 1 };
