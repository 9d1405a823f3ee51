/** The texts in which Timeloop's mappings say loops. */

import { InputError, type Problem } from '../../input-error.ts';
import { LARGEST_SIZE } from '../../layer/layer.ts';
import { nearestWord } from '../../nearest-word.ts';

type Path = Problem['path'];
type Sizes = Readonly<Record<string, number>>;

/** Nobody writes more, and it is searched through again and again. */
const LONGEST_TEXT = 1000;

function refuseLong(text: string, path: Path): void {
  if (text.length <= LONGEST_TEXT) return;
  const found = `${text.length} characters`;
  throw new InputError({ code: 'out-of-range', path, found, allowed: `at most ${LONGEST_TEXT}` });
}

/**
 * The factors that a text such as `C16 M=8` or a list of them gives dimensions; 0 is all of a dimension, and a dimension
 * of which nothing is said has none.
 *
 * @param sizes of the problem's dimensions
 * @throws InputError if it gives a dimension that there is none, one twice, or a remainder (`C16,8`) other than the factor.
 */
export function factorsIn(
  given: string | readonly string[],
  sizes: Sizes,
  path: Path,
): ReadonlyMap<string, number> {
  const factors = new Map<string, number>();
  const texts = typeof given === 'string' ? [given] : given;
  texts.forEach((text, i) => {
    const at = typeof given === 'string' ? path : [...path, i];
    for (const [dimension, factor] of pairsIn(text, at)) {
      checkDimension(dimension, sizes, at);
      if (factors.has(dimension)) {
        throw new InputError({
          code: 'not-allowed',
          path: at,
          found: dimension,
          allowed: 'each dimension once',
        });
      }
      factors.set(dimension, factor === 0 ? sizes[dimension]! : factor);
    }
  });
  return factors;
}

function pairsIn(given: string, path: Path): (readonly [dimension: string, factor: number])[] {
  refuseLong(given, path);
  const text = given.replace(/#.*/s, '').replaceAll(/[\s=]+/g, ' ');
  const pairs: (readonly [string, number])[] = [];
  const pair = /[ ,]*([A-Za-z]+) ?([0-9]+)(?:,([0-9]+))?/y;
  let end = 0;
  for (let match = pair.exec(text); match !== null; match = pair.exec(text)) {
    const [found, dimension, factor, rest] = match;
    if (Number(factor) > LARGEST_SIZE) {
      const allowed = `factors from 1 to ${LARGEST_SIZE}, or 0 for all of a dimension`;
      throw new InputError({ code: 'out-of-range', path, found: found.trim(), allowed });
    }
    if (rest !== undefined && Number(rest) !== Number(factor)) {
      const allowed = 'perfect factors, without another number of steps the last time';
      throw new InputError({ code: 'not-allowed', path, found: found.trim(), allowed });
    }
    pairs.push([dimension!, Number(factor)]);
    end = pair.lastIndex;
  }
  const left = text.slice(end).replaceAll(/^[ ,]+|[ ,]+$/g, '');
  if (left === '') return pairs;
  const allowed = 'a factor for each dimension, such as C16 M8 or C=16, M=8';
  throw new InputError({ code: 'not-allowed', path, found: left, allowed });
}

function checkDimension(dimension: string, sizes: Sizes, path: Path): void {
  if (Object.hasOwn(sizes, dimension)) return;
  const dimensions = Object.keys(sizes);
  const allowed = `a dimension of the problem: ${dimensions.join(', ')}`;
  const suggestion = nearestWord(dimension, dimensions);
  throw new InputError({ code: 'not-allowed', path, found: dimension, allowed, suggestion });
}

/**
 * The dimensions in the order of a text such as `MCRS` or `M, C, R, S`, or of a list; letters stand together where each is
 * a dimension.
 *
 * @throws InputError if one is no dimension of the problem, or stands twice.
 */
export function permutationIn(
  given: string | readonly string[],
  sizes: Sizes,
  path: Path,
): readonly string[] {
  const order: string[] = [];
  const texts = typeof given === 'string' ? [given] : given;
  texts.forEach((text, i) => {
    const at = typeof given === 'string' ? path : [...path, i];
    refuseLong(text, at);
    for (const word of text.split(/[\s,]+/).filter((one) => one !== '')) {
      for (const dimension of Object.hasOwn(sizes, word) ? [word] : word) {
        checkDimension(dimension, sizes, at);
        if (order.includes(dimension)) {
          throw new InputError({ code: 'not-allowed', path: at, found: text, allowed: `${dimension} once` });
        }
        order.push(dimension);
      }
    }
  });
  return order;
}
