import { InputError, type Problem } from '../input-error.ts';
import { nearestWord } from '../nearest-word.ts';
import { type Architecture, type MemoryLevel, ownCapacity } from './architecture.ts';
import type { Constraints, LevelRules, TemporalRules } from './constraints.ts';

/** What other papers and tools call dimensions of a convolution: filters, rows and columns of the ofmap, images. */
const OTHER_NAMES: Readonly<Record<string, string>> = { K: 'M', E: 'P', F: 'Q', B: 'N' };

/** The dimensions of every convolution; one without groups lacks G, which is allowed all the same. */
const CONVOLUTION = ['N', 'M', 'C', 'R', 'S', 'P', 'Q'];

/**
 * Checks that constraints go with an architecture, and with problems of these dimensions. Paths begin at the root of the
 * constraints. Whether any mapping obeys them all, the search finds out.
 *
 * @param dimensions of all problems that are mapped, each once; G is allowed for a convolution without groups, too
 * @throws InputError if there are rules for a level that the architecture does not have, for a dimension that no problem
 * has (told once, where it stands first), or for loops in space where a level has no fan-out, or if a level must keep what
 * it cannot hold, or the outermost need not keep everything.
 */
export function checkConstraints(
  { levels: rules }: Constraints,
  { name, levels }: Architecture,
  dimensions: readonly string[],
): void {
  const isConvolution = CONVOLUTION.every((letter) => dimensions.includes(letter));
  const letters = isConvolution && !dimensions.includes('G') ? [...dimensions, 'G'] : dimensions;
  const names = levels.map((level) => level.name);
  const problems = Object.entries(rules).flatMap(([level, ofLevel]): Problem[] => {
    const i = names.indexOf(level);
    if (i < 0) {
      const allowed = `levels of ${name}: ${names.join(', ')}`;
      const suggestion = nearestWord(level, names);
      return [{ code: 'unknown-key', path: ['levels'], found: level, allowed, suggestion }];
    }
    const found = [
      ...keepingProblems(ofLevel, levels[i]!, i === 0),
      ...loopsProblems(ofLevel, levels[i]!, letters),
    ];
    return found.map((one) => ({ ...one, path: ['levels', level, ...one.path] }));
  });
  // A dimension that is not there may stand in many rules
  const told = problems.filter(({ found, allowed }, i) => {
    return problems.findIndex((one) => one.found === found && one.allowed === allowed) === i;
  });
  if (told.length > 0) throw new InputError(...told);
}

function keepingProblems(rules: LevelRules, level: MemoryLevel, isOutermost: boolean): Problem[] {
  const { keep = [], bypass = [], free = [] } = rules;
  const holds = level.holds.filter((tensor) => ownCapacity(level, tensor) !== 0);
  const problems = keep.flatMap((found, i): Problem[] => {
    if (holds.includes(found)) return [];
    const allowed = `what ${level.name} can hold: ${holds.join(', ') || 'nothing'}`;
    return [{ code: 'not-allowed', path: ['keep', i], found, allowed }];
  });
  if (!isOutermost) return problems;
  const allowed = 'nothing, as the outermost level keeps everything';
  for (const [key, found] of Object.entries({ bypass, free })) {
    if (found.length > 0) problems.push({ code: 'not-allowed', path: [key], found, allowed });
  }
  return problems;
}

function loopsProblems(
  { temporal, spatialX, spatialY }: LevelRules,
  { name, fanout }: MemoryLevel,
  letters: readonly string[],
): Problem[] {
  return Object.entries({ temporal, spatialX, spatialY }).flatMap(([place, rules]): Problem[] => {
    if (rules === undefined) return [];
    if (place !== 'temporal' && fanout === undefined) {
      const allowed = `no loops in space, as ${name} has no fan-out`;
      return [{ code: 'not-allowed', path: [place], found: rules, allowed }];
    }
    return letterProblems(rules, letters).map((one) => ({ ...one, path: [place, ...one.path] }));
  });
}

function letterProblems(
  { only = [], factors = {}, innermost = [], order = [] }: TemporalRules,
  letters: readonly string[],
): Problem[] {
  const unknown = (code: Problem['code'], found: string, path: Problem['path']): Problem[] => {
    if (letters.includes(found)) return [];
    const other = Object.hasOwn(OTHER_NAMES, found) ? OTHER_NAMES[found] : undefined;
    const suggestion = other && letters.includes(other) ? other : nearestWord(found, letters);
    return [{ code, path, found, allowed: `dimensions: ${letters.join(', ')}`, suggestion }];
  };
  return [
    ...Object.entries({ only, innermost, order }).flatMap(([key, list]) =>
      list.flatMap((one, i) => unknown('not-allowed', one, [key, i])),
    ),
    ...Object.keys(factors).flatMap((one) => unknown('unknown-key', one, ['factors'])),
  ];
}
