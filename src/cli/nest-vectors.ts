import { InputError, type Problem } from '../input-error.ts';
import {
  compareVector,
  parseVectors,
  type Vector,
  type VectorDifference,
} from '../loopnest/files/vectors-file.ts';
import { CONVENTIONS, type Convention } from '../loopnest/walk.ts';
import { jsonText } from '../report/json.ts';
import type { Progress } from '../steps.ts';
import type { EvaluateFlags } from './evaluate.ts';
import { CheckFailed } from './exit.ts';
import { checkPlace, readText } from './files.ts';
import { oneOf, together } from './flags.ts';
import { emit, formatNamed } from './output.ts';
import { withProgress } from './progress.ts';

/** What `rowhouse evaluate --vectors` does. */
export async function vectorsCommand(file: string, flags: EvaluateFlags): Promise<void> {
  const { format, convention, vectors } = await together({
    alone: () => refuseOthers(flags),
    format: () => formatNamed(flags, ['table', 'json']),
    convention: () => oneOf('--convention', flags.convention ?? 'timeloop', CONVENTIONS),
    vectors: () => parseVectors(readText(file), file),
    place: () => flags.out !== undefined && checkPlace('--out', flags.out),
  });
  const comparison = await withProgress('comparing vectors', compareSteps(vectors, convention));
  emit(format === 'json' ? jsonText(comparison) : comparisonText(comparison), { file: flags.out });
  if (comparison.equal < comparison.vectors) throw new CheckFailed();
}

/** Refuses what a line of the file says itself. */
function refuseOthers({ hardware, problem, mapping, batch, shape, factors }: EvaluateFlags): void {
  const others = { hardware, problem, mapping, batch, shape, factors };
  const problems = Object.entries(others).flatMap(([flag, found]): Problem[] => {
    if (found === undefined) return [];
    const allowed = 'without --vectors, whose lines say it themselves';
    return [{ code: 'not-allowed', path: [`--${flag}`], found, allowed }];
  });
  if (problems.length > 0) throw new InputError(...problems);
}

/** How many vectors come out as they say. */
interface Comparison {
  readonly convention: Convention;
  readonly vectors: number;
  readonly equal: number;
  /** Of the first line that does not, what differs; null if all are equal. */
  readonly first: { readonly line: number; readonly differences: readonly VectorDifference[] } | null;
}

function* compareSteps(vectors: readonly Vector[], convention: Convention): Generator<Progress, Comparison> {
  let equal = 0;
  let first: Comparison['first'] = null;
  for (const [i, vector] of vectors.entries()) {
    const differences = compareVector(vector, convention);
    if (differences.length === 0) equal++;
    else first ??= { line: vector.line, differences };
    yield { done: i + 1, of: vectors.length };
  }
  return { convention, vectors: vectors.length, equal, first };
}

function comparisonText({ convention, vectors, equal, first }: Comparison): string {
  const lines = [`${equal} of ${vectors} vectors are equal in the convention ${convention}`];
  if (first) {
    const [{ path, expected = 'none', found = 'none' }, ...others] = first.differences as [VectorDifference];
    const more = others.length > 0 ? `; ${others.length} more on this line` : '';
    lines.push(
      `The first that is not: line ${first.line}: ${path.join(' ')}: expected ${expected}, found ${found}${more}`,
    );
  }
  return `${lines.join('\n')}\n`;
}
