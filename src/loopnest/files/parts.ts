/** What the forms of several files have in common. */

import { z } from 'zod';
import type { Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../../layer/layer.ts';
import { TENSORS } from '../problem.ts';

/** The most levels that a hierarchy has. */
export const MOST_LEVELS = 10;

export const name = z.string().min(1);

/** The size of a dimension, the factor of a loop, a stride. */
export const size = z.int().min(1).max(LARGEST_SIZE);

export const tensors = z.array(z.enum(TENSORS)).meta({ title: 'a list of weights, inputs and outputs' });

/**
 * A mapping from names to values. Zod leaves out the key `__proto__` without a word; here it is refused like any other
 * that is not a name.
 *
 * @param title what is allowed, for messages
 */
export function byName<T extends z.ZodType>(values: T, title: string) {
  return z.preprocess(
    (given, context) => {
      if (typeof given === 'object' && given !== null && Object.hasOwn(given, '__proto__')) {
        context.addIssue({ code: 'custom', path: ['__proto__'], message: 'another name' });
      }
      return given;
    },
    z.record(name.regex(/^(?!__proto__$)/), values).meta({ title }),
  );
}

/** Whether every object of JavaScript has something by that name, so that results could not be kept by it. */
export const isReserved = (one: string): boolean => one in {};

/** A problem for each name that stands in a list already. */
export function repeated(list: readonly string[] = [], path: Problem['path']): Problem[] {
  return list.flatMap((found, i) => {
    if (list.indexOf(found) === i) return [];
    return [{ code: 'not-allowed', path: [...path, i], found, allowed: 'each once' }];
  });
}
