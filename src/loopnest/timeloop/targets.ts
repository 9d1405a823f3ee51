import { InputError, type Problem } from '../../input-error.ts';
import { nearestWord } from '../../nearest-word.ts';
import type { MemoryLevel } from '../architecture.ts';
import type { Tensor } from '../problem.ts';
import { componentName, type DataSpaceNames, listed } from './timeloop-file.ts';

/**
 * Which level a `target` means: a name, perhaps with the range that it has in the architecture, or a number, 0 for the
 * innermost.
 *
 * @throws InputError at `path` if there is none.
 */
export function levelNamed(
  target: string | number,
  levels: readonly MemoryLevel[],
  path: Problem['path'],
): number {
  const names = levels.map(({ name }) => name);
  const level =
    typeof target === 'number'
      ? levels.length - 1 - target
      : names.indexOf(names.includes(target) ? target : componentName(target, path).name);
  if (level >= 0 && level < levels.length) return level;
  const allowed = `a memory of the architecture: ${names.join(', ')}`;
  const suggestion = typeof target === 'string' ? nearestWord(target, names) : undefined;
  throw new InputError({ code: 'not-allowed', path, found: target, allowed, suggestion });
}

/**
 * The tensor that a data space is.
 *
 * @throws InputError at `path` if there is none.
 */
export function tensorNamed(name: string, names: DataSpaceNames, path: Problem['path']): Tensor {
  const tensor = names.get(name);
  if (tensor !== undefined) return tensor;
  const known = [...names.keys()];
  const allowed = `a data space of the problem: ${listed(known)}`;
  throw new InputError({
    code: 'not-allowed',
    path,
    found: name,
    allowed,
    suggestion: nearestWord(name, known),
  });
}
