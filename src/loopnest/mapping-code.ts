import { InputError } from '../input-error.ts';
import type { Architecture } from './architecture.ts';
import { checkMapping, type Factors } from './check-mapping.ts';
import { type NormalMapping, normalForm } from './edit.ts';
import type { Loop, LoopMapping } from './mapping.ts';
import { type LoopProblem, TENSORS, type Tensor } from './problem.ts';

/** Characters of the longest text that is read: no mapping of up to 2^53 MACs has as many. */
export const LONGEST_CODE = 4000;

/** Of each tensor, one letter. */
const LETTERS: Readonly<Record<Tensor, string>> = { weights: 'w', inputs: 'i', outputs: 'o' };

/** Dimensions that stand for themselves; others are told by their place among those of the problem. */
const PLAIN = /^[A-Za-z]{1,12}$/;

/**
 * A mapping as a short text that stands in an address as it is: `wio-M48_io-C16.P13-Q13-S3.C4_wio-R3.C4.M8`. Levels,
 * outermost first, are parted by `_`; each has what it keeps (w, i, o), its loops in time, outermost first, those along X and
 * those along Y, parted by `-`. A dimension whose name is not letters alone is told by its place among those of the problem:
 * `2*48`.
 */
export const mappingCode = (problem: LoopProblem, mapping: LoopMapping): string =>
  normalForm(mapping)
    .levels.map(({ keep, temporal, spatialX, spatialY }) => {
      const loops = [temporal, spatialX, spatialY].map((list) =>
        list.map((loop) => loopCode(problem, loop)).join('.'),
      );
      return [keep.map((tensor) => LETTERS[tensor]).join(''), ...loops].join('-').replace(/-+$/, '');
    })
    .join('_');

const loopCode = ({ sizes }: LoopProblem, [dimension, factor]: Loop): string =>
  PLAIN.test(dimension) ? `${dimension}${factor}` : `${Object.keys(sizes).indexOf(dimension)}*${factor}`;

/**
 * The mapping that a text of {@link mappingCode} stands for.
 *
 * @throws InputError if it is no such text, longer than {@link LONGEST_CODE}, or of no mapping of the problem onto the
 * architecture: see `checkMapping`, which takes `factors`.
 */
export function mappingFromCode(
  problem: LoopProblem,
  architecture: Architecture,
  text: string,
  factors: Factors = 'imperfect',
): NormalMapping {
  if (text.length > LONGEST_CODE) {
    const allowed = `at most ${LONGEST_CODE} characters`;
    throw new InputError({ code: 'out-of-range', path: [], found: `${text.length} characters`, allowed });
  }
  const { levels } = architecture;
  const codes = text.split('_');
  if (codes.length !== levels.length) {
    const allowed = `a level each for ${levels.map(({ name }) => name).join(', ')}, parted by _`;
    throw new InputError({ code: 'not-allowed', path: [], found: text, allowed });
  }
  const mapping = { levels: levels.map(({ name }, i) => ({ name, ...levelOf(problem, codes[i]!) })) };
  checkMapping(problem, architecture, mapping, factors);
  return normalForm(mapping);
}

function levelOf(problem: LoopProblem, code: string) {
  const [kept = '', ...lists] = code.split('-');
  const keep = TENSORS.filter((tensor) => kept.includes(LETTERS[tensor]));
  if (lists.length > 3 || keep.map((tensor) => LETTERS[tensor]).join('') !== kept) {
    const allowed =
      'what the level keeps (w, i, o, in this order), loops in time, along X, along Y, parted by -';
    throw new InputError({ code: 'not-allowed', path: [], found: code, allowed });
  }
  const [temporal = [], spatialX = [], spatialY = []] = lists.map((list) =>
    list === '' ? [] : list.split('.').map((loop) => loopOf(problem, loop)),
  );
  return { keep, temporal, spatialX, spatialY };
}

function loopOf({ sizes }: LoopProblem, code: string): Loop {
  const { plain, index, factor } =
    /^(?:(?<plain>[A-Za-z]{1,12})|(?<index>\d{1,3})\*)(?<factor>[1-9]\d{0,14})$/.exec(code)?.groups ?? {};
  const dimension = plain ?? Object.keys(sizes)[Number(index)];
  if (dimension !== undefined) return [dimension, Number(factor)];
  const allowed = `a loop, such as ${Object.keys(sizes)[0] ?? 'M'}4`;
  throw new InputError({ code: 'not-allowed', path: [], found: code, allowed });
}
