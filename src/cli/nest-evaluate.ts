import { InputError, type Problem } from '../input-error.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { checkMapping, FACTORS, type Factors } from '../loopnest/check-mapping.ts';
import { conventionDifferences } from '../loopnest/conventions.ts';
import { evaluateNest } from '../loopnest/evaluate.ts';
import { parseMapping } from '../loopnest/files/mapping-file.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { readTimeloop, type TimeloopReading } from '../loopnest/timeloop/reading.ts';
import { partIn, partsOf, type TimeloopFile } from '../loopnest/timeloop/timeloop-file.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { nestEvaluationText } from '../report/nest-evaluation.ts';
import { evaluationData } from '../report/nest-evaluation-data.ts';
import { nestPicture } from '../report/nest-picture.ts';
import type { ShownNest } from '../report/nest-view.ts';
import { EVALUATE_FORMATS, type EvaluateFlags, MAPPING_ARGUMENT, PROBLEM_ARGUMENT } from './evaluate.ts';
import { CheckFailed } from './exit.ts';
import { checkPlace } from './files.ts';
import { oneOf, together, wholeNumber } from './flags.ts';
import { DEFAULT_ARCHITECTURE } from './map.ts';
import { hardwareSource, mappingSource, problemSource, type Source } from './nest-files.ts';
import { tellNotes } from './nest-flags.ts';
import { evaluationJson } from './nest-json.ts';
import { vectorsCommand } from './nest-vectors.ts';
import { type Content, emit, formatNamed, formatted, terminalOptions } from './output.ts';

type EvaluateFormat = (typeof EVALUATE_FORMATS)[number];

/** The most images. */
const MOST_BATCH = 1_000_000;

/** What `rowhouse evaluate` does. */
export async function evaluateCommand(flags: EvaluateFlags): Promise<void> {
  if (flags.vectors !== undefined) return vectorsCommand(flags.vectors, flags);
  const { format, hardware, convention, factors, ...given } = await together({
    format: () => formatNamed(flags, EVALUATE_FORMATS),
    hardware: () => flags.hardware && hardwareSource(flags.hardware),
    problem: () => problemIn(flags),
    mapping: () => (flags.mapping === undefined ? undefined : mappingSource(flags.mapping)),
    convention: () => oneOf('--convention', flags.convention ?? 'true', CONVENTIONS),
    factors: () => oneOf('--factors', flags.factors ?? 'perfect', FACTORS),
    place: () => flags.out !== undefined && checkPlace('--out', flags.out),
  });
  const { problem, architecture, mapping, notes } = nestOf(
    { hardware, problem: given.problem, mapping: given.mapping },
    factors,
  );
  const evaluation = evaluateNest(problem, architecture, mapping, { convention, factors });
  const nest = { problem, architecture, mapping, evaluation };
  const content = await rendered(nest, factors, format, flags);
  tellNotes(notes);
  emit(content, { file: flags.out });
  if (evaluation.broken.length > 0) throw new CheckFailed();
}

function problemIn({ problem, batch, shape }: EvaluateFlags) {
  const images = batch === undefined ? undefined : wholeNumber('--batch', batch, MOST_BATCH);
  if (problem !== undefined) return problemSource(problem, { batch: images, shape });
  const [flag, found] = batch === undefined ? ['--shape', shape?.join()] : ['--batch', batch];
  if (found === undefined) return undefined;
  const allowed = 'with --problem and a layer of a network, such as alexnet:CONV3';
  throw new InputError({ code: 'not-allowed', path: [flag], found, allowed });
}

interface Sources {
  readonly hardware: Source<Architecture> | undefined;
  readonly problem: Source<LoopProblem> | undefined;
  readonly mapping: Source<TimeloopFile> | undefined;
}

/**
 * What the flags give together. Timeloop's parts may stand in any of its files, and one file may be given for several
 * flags.
 *
 * @throws InputError if something is missing, is given twice, or has mistakes.
 */
function nestOf(
  sources: Sources,
  factors: Factors,
): Omit<ShownNest, 'evaluation'> & Pick<TimeloopReading, 'notes'> {
  const files = [
    ...new Map(
      Object.values(sources)
        .flatMap(timeloopFiles)
        .map((one) => [one.file, one]),
    ).values(),
  ];
  const has = (part: string) => partIn(partsOf(files), part) !== undefined;
  if (sources.problem === undefined && !has('problem')) throw missing('--problem', PROBLEM_ARGUMENT);
  if (sources.mapping === undefined && !has('mapping')) throw missing('--mapping', MAPPING_ARGUMENT);
  const known = {
    architecture: ownOf(sources.hardware ?? hardwareSource([DEFAULT_ARCHITECTURE])),
    problem: ownOf(sources.problem),
  };
  const reading: TimeloopReading = files.length > 0 ? readTimeloop(files, known) : { notes: [] };
  refuseTwice(sources, reading);
  const problem = (reading.problem ?? known.problem)!;
  const architecture = (reading.architecture ?? known.architecture)!;
  const { notes } = reading;
  if (reading.mapping) return { problem, architecture, mapping: reading.mapping, notes };
  const { text, file } = ownOf(sources.mapping)!;
  const mapping = parseMapping(text, file, (one) => checkMapping(problem, architecture, one, factors));
  return { problem, architecture, mapping, notes };
}

const ownOf = <T>(source: Source<T> | undefined): T | undefined =>
  source && 'own' in source ? source.own : undefined;

const timeloopFiles = (source: Source<unknown> | undefined): readonly TimeloopFile[] =>
  source && 'timeloop' in source ? source.timeloop : [];

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

const missing = (flag: string, allowed: string): InputError =>
  new InputError({ code: 'missing', path: [flag], allowed });

function rendered(
  nest: ShownNest,
  factors: Factors,
  format: EvaluateFormat,
  { out }: EvaluateFlags,
): Content | Promise<Content> {
  if (format === 'svg') return nestPicture([nest]);
  const differences = conventionDifferences(nest.problem, nest.architecture, nest.mapping);
  return formatted(format, {
    table: () => nestEvaluationText(nest, { ...terminalOptions({ file: out }), differences }),
    json: evaluationJson(nest, factors, differences),
    data: () => evaluationData(nest, factors),
  });
}
