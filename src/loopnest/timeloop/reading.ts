import type { Problem } from '../../input-error.ts';
import { nearestWord } from '../../nearest-word.ts';
import type { Architecture } from '../architecture.ts';
import type { LoopMapping } from '../mapping.ts';
import type { LoopProblem } from '../problem.ts';
import { readTimeloopArchitecture } from './architecture-reading.ts';
import { readTimeloopMapping } from './mapping-reading.ts';
import { readTimeloopProblem } from './problem-reading.ts';
import {
  failAt,
  ofEach,
  type Part,
  partIn,
  partsOf,
  type TimeloopFile,
  USUAL_NAMES,
} from './timeloop-file.ts';

/** What Timeloop's files say together. */
export interface TimeloopReading {
  readonly problem?: LoopProblem | undefined;
  readonly architecture?: Architecture | undefined;
  readonly mapping?: LoopMapping | undefined;
  /** What the files say and the result does not, or how something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * What the files of Timeloop say, each with any parts: a problem, an architecture with its ERT, a mapping, told by their
 * keys. Parts that nothing is made of, such as `mapper`, are named in a note.
 *
 * @param known the problem and the architecture of a mapping whose files do not have them
 * @throws InputError with file, line and column, if a part cannot be read, stands there twice, or needs another that is
 * missing: an architecture its ERT, a mapping a problem and an architecture; or if a part would change the counts.
 */
export function readTimeloop(
  files: readonly TimeloopFile[],
  known: Pick<TimeloopReading, 'problem' | 'architecture'> = {},
): TimeloopReading {
  const all = partsOf(files);
  const notes = ofEach(all, leftOutNotes).flat();
  const parts = {
    problem: partIn(all, 'problem'),
    tree: partIn(all, 'architecture', 'arch'),
    table: partIn(all, 'ERT'),
    constraints: partIn(all, 'architecture_constraints'),
    mapping: partIn(all, 'mapping'),
  };
  for (const { file, key } of [parts.table, parts.constraints].filter((part) => part !== undefined)) {
    if (parts.tree === undefined) failAt(file, missing(key, 'architecture', 'an architecture for it'));
  }
  const read = parts.problem && readTimeloopProblem(parts.problem.file.text, parts.problem.file.file);
  const { names = USUAL_NAMES } = read ?? {};
  const built = parts.tree && readTimeloopArchitecture(files, names);
  notes.push(...(read?.notes ?? []), ...(built?.notes ?? []));
  const problem = read?.problem;
  const architecture = built?.architecture;
  if (parts.mapping === undefined) return { problem, architecture, notes };

  const { file, key } = parts.mapping;
  const of = problem ?? known.problem ?? failAt(file, missing(key, 'problem', 'the problem that it maps'));
  const onto =
    architecture ??
    known.architecture ??
    failAt(file, missing(key, 'architecture', 'what it maps a problem onto'));
  const { mapping, notes: mappingNotes } = readTimeloopMapping(file.text, file.file, of, onto, names);
  return { problem, architecture, mapping, notes: [...notes, ...mappingNotes] };
}

const missing = (key: string, other: string, what: string): Problem => {
  return { code: 'missing', path: [key], allowed: `${other} beside it: ${what}` };
};

const READ = ['architecture', 'arch', 'ERT', 'problem', 'mapping', 'architecture_constraints'];

/** What other parts are about. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  ART: 'areas',
  mapper: 'the search of Timeloop',
  mapspace: 'the search of Timeloop',
  mapspace_constraints: 'the search of Timeloop',
  constraints: 'the search of Timeloop',
  compound_components: 'how the ERT is made',
  variables: 'numbers that other parts would name',
};

function leftOutNotes({ file, key }: Part): string[] {
  if (READ.includes(key)) return [];
  const about = Object.hasOwn(LEFT_OUT, key) ? LEFT_OUT[key] : undefined;
  if (about !== undefined) return [`${key} in ${file.file} is left out: it is about ${about}`];
  if (key === 'sparse_optimizations') {
    const allowed = 'no sparse optimizations: to the model, all values count';
    return failAt(file, { code: 'not-allowed', path: [key], found: key, allowed });
  }
  const keys = [...READ, ...Object.keys(LEFT_OUT)];
  const suggestion = nearestWord(key, keys);
  const allowed = keys.join(', ');
  return failAt(file, { code: 'unknown-key', path: [], found: key, allowed, suggestion });
}
