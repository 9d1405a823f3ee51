import { InputError, type Problem } from '../input-error.ts';
import { type Architecture, type MemoryLevel, macUnits, ownCapacity } from './architecture.ts';
import { isReserved } from './files/parts.ts';
import { TENSORS } from './problem.ts';

/**
 * Checks that mappings onto an architecture can be counted, and results kept by the names of its levels. Paths begin at the
 * architecture's root.
 *
 * @throws InputError if it has no level, if two levels have one name or one has a name that results use otherwise, if its
 * outermost level does not hold everything, or if it has more MACs than can be counted.
 */
export function checkArchitecture(architecture: Architecture): void {
  const problems = architectureProblems(architecture);
  if (problems.length > 0) throw new InputError(...problems);
}

/** What is wrong with an architecture: see {@link checkArchitecture}. */
export function architectureProblems(architecture: Architecture): Problem[] {
  const { levels } = architecture;
  const [outermost] = levels;
  if (outermost === undefined) {
    return [{ code: 'out-of-range', path: ['levels'], found: levels, allowed: 'at least one level' }];
  }
  const names = levels.map(({ name }) => name);
  return [
    ...outermostProblems(outermost),
    ...names.flatMap((found, i): Problem[] => {
      const allowed = allowedName(found, names.slice(0, i));
      return allowed ? [{ code: 'not-allowed', path: ['levels', i, 'name'], found, allowed }] : [];
    }),
    ...unitsProblems(architecture),
  ];
}

/** What a level may be called instead, if not this. */
function allowedName(name: string, others: readonly string[]): string | undefined {
  if (others.includes(name)) return 'a name that no other level has';
  if (name === 'MAC') return 'another name, as results call the arithmetic so';
  if (name.endsWith(' network')) return 'another name, as results call what lies below a level so';
  return isReserved(name) ? 'another name, as results cannot be kept by this one' : undefined;
}

function outermostProblems(level: MemoryLevel): Problem[] {
  const missing = TENSORS.filter(
    (tensor) => !level.holds.includes(tensor) || ownCapacity(level, tensor) === 0,
  );
  if (missing.length === 0) return [];
  const found = level.holds.filter((tensor) => !missing.includes(tensor));
  const allowed = `all tensors at the outermost level: ${TENSORS.join(', ')}`;
  return [{ code: 'not-allowed', path: ['levels', 0, 'holds'], found, allowed }];
}

/** Counts are exact up to 2^53 only. */
function unitsProblems(architecture: Architecture): Problem[] {
  const units = macUnits(architecture);
  if (units <= Number.MAX_SAFE_INTEGER) return [];
  const found = `${units.toExponential(2)} MACs`;
  return [{ code: 'out-of-range', path: ['levels'], found, allowed: 'fan-outs of less than 2^53 MACs' }];
}
