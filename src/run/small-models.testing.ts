/** Parts of small models on images of three planes of 6 × 6 pixels, and what is to be expected of their runs. */

import type { NodeProto } from 'onnx-buf';
import { expect } from 'vitest';
import { node } from '../layer/onnx/model.testing.ts';
import type { RunResult } from './result.ts';
import {
  drawn,
  run,
  type SmallModel,
  scoresOf,
  smallModel,
  smallPlan,
  weights,
  wholeModel,
  withCheckpoints,
} from './run.testing.ts';

/** A node that is called as what it makes. */
export const on = (op: string, inputs: readonly string[], output: string, attributes = {}): NodeProto =>
  node(op, inputs, [output], attributes, { name: output });

/** A convolution that makes three planes of as many pixels, with weights such as {@link k}. */
export const conv = (input: string, output: string, kernel = 'k'): NodeProto =>
  on('Conv', [input, kernel], output, { pads: [1, 1, 1, 1] });
export const k = weights('k', [3, 3, 3, 3], 27);

/** Scores of five classes, of three planes. */
export const head = (input: string): readonly NodeProto[] => [
  on('GlobalAveragePool', [input], 'pooled'),
  on('Flatten', ['pooled'], 'flat'),
  on('MatMul', ['flat', 'v'], 'scores'),
];
export const v = weights('v', [3, 5], 3);

/** Every number of a result is one: neither infinite nor NaN. */
export function expectNumbers(value: unknown): void {
  if (typeof value === 'number') expect(value).toSatisfy(Number.isFinite);
  else if (typeof value === 'object' && value !== null)
    for (const one of Object.values(value)) expectNumbers(one);
}

/** Runs a model, its last batch not full: near the float network in each layer, and near the whole model in the end. */
export async function expectNear(given: SmallModel): Promise<RunResult> {
  const plan = smallPlan(given);
  const images = drawn(given.shape ?? [3, 6, 6], 3);
  const { outcome, kept } = await withCheckpoints(plan, images);
  const { result } = outcome;
  for (const { name, snrDb, output } of result.layers) {
    expect({ name, isNear: snrDb === null || snrDb > 40 }).toEqual({ name, isNear: true });
    expect(output.bitExact).toBe(true);
  }
  expectNumbers(result);
  for (const [i] of (result.classes?.images ?? []).entries()) {
    const whole = await wholeModel(smallModel(given), images, i);
    const most = Math.max(...whole.map(Math.abs));
    for (const [c, score] of scoresOf(result, i, 'float').entries()) {
      expect(Math.abs(score - whole[c]!)).toBeLessThanOrEqual(1e-5 * most);
      expect(Math.abs(scoresOf(result, i, 'chip')[c]! - whole[c]!)).toBeLessThanOrEqual(0.05 * most);
    }
  }
  for (const from of kept) expect(await run(smallPlan(given), images, { from })).toEqual(outcome);
  return result;
}
