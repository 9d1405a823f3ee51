import { InputError, type Problem } from '../input-error.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { readTimeloop, type TimeloopReading } from '../loopnest/timeloop/reading.ts';
import type { TimeloopFile } from '../loopnest/timeloop/timeloop-file.ts';
import { DEFAULT_ARCHITECTURE } from './nest-arguments.ts';
import { hardwareSource, type Source } from './nest-files.ts';

/** What flags give, each by itself or in files of Timeloop. */
export interface Sources {
  readonly hardware: Source<Architecture> | undefined;
  readonly problem: Source<LoopProblem> | undefined;
  readonly mapping?: Source<TimeloopFile> | undefined;
}

/** What they give together. */
interface SourcesReading {
  readonly architecture: Architecture;
  readonly problem: LoopProblem | undefined;
  /** Of a file of Timeloop. */
  readonly mapping: LoopMapping | undefined;
  readonly notes: readonly string[];
}

/**
 * What the flags give together: without an architecture, {@link DEFAULT_ARCHITECTURE}. Timeloop's parts may stand in any of
 * its files, and one file may be given for several flags.
 *
 * @throws InputError if something is given twice, or a file of Timeloop has mistakes.
 */
export function readSources(sources: Sources): SourcesReading {
  const known = {
    architecture: ownOf(sources.hardware ?? hardwareSource([DEFAULT_ARCHITECTURE])),
    problem: ownOf(sources.problem),
  };
  const files = timeloopFilesOf(sources);
  const reading: TimeloopReading = files.length > 0 ? readTimeloop(files, known) : { notes: [] };
  refuseTwice(sources, reading);
  return {
    architecture: (reading.architecture ?? known.architecture)!,
    problem: reading.problem ?? known.problem,
    mapping: reading.mapping,
    notes: reading.notes,
  };
}

/** The files of Timeloop, each once. */
export const timeloopFilesOf = ({ hardware, problem, mapping }: Sources): readonly TimeloopFile[] => [
  ...new Map(
    [hardware, problem, mapping]
      .flatMap((source) => (source && 'timeloop' in source ? source.timeloop : []))
      .map((one) => [one.file, one]),
  ).values(),
];

/** What a flag gives by itself. */
export const ownOf = <T>(source: Source<T> | undefined): T | undefined =>
  source && 'own' in source ? source.own : undefined;

/** Refuses what a flag gives by itself and a file of Timeloop has, too: which of them is meant? */
function refuseTwice(
  { hardware, problem, mapping }: Sources,
  { architecture, ...read }: Partial<TimeloopReading>,
): void {
  const twice = [
    ['--hardware', 'an architecture', ownOf(hardware) && architecture] as const,
    ['--problem', 'a problem', ownOf(problem) && read.problem] as const,
    ['--mapping', 'a mapping', ownOf(mapping) && read.mapping] as const,
  ].flatMap(([flag, what, both]): Problem[] => {
    if (both === undefined) return [];
    const allowed = `without it, as a file of Timeloop that another flag names has ${what}`;
    return [{ code: 'not-allowed', path: [flag], found: `${what} of its own`, allowed }];
  });
  if (twice.length > 0) throw new InputError(...twice);
}
