import { InputError } from '../input-error.ts';
import { checkMapping, FACTORS, type Factors } from '../loopnest/check-mapping.ts';
import { conventionDifferences } from '../loopnest/conventions.ts';
import { evaluateNest } from '../loopnest/evaluate.ts';
import { parseMapping, parseResultMapping } from '../loopnest/files/mapping-file.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import type { TimeloopReading } from '../loopnest/timeloop/reading.ts';
import { partIn, partsOf } from '../loopnest/timeloop/timeloop-file.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { nestEvaluationText } from '../report/nest-evaluation.ts';
import { evaluationData } from '../report/nest-evaluation-data.ts';
import { evaluationJson } from '../report/nest-json.ts';
import { nestPicture } from '../report/nest-picture.ts';
import type { ShownNest } from '../report/nest-view.ts';
import { EVALUATE_FORMATS, type EvaluateFlags } from './evaluate.ts';
import { CheckFailed } from './exit.ts';
import { kindOf, readAs } from './file-kinds.ts';
import { checkPlace } from './files.ts';
import { oneOf, together, wholeNumber } from './flags.ts';
import { MAPPING_ARGUMENT, PROBLEM_ARGUMENT } from './nest-arguments.ts';
import { hardwareSource, mappingSource, problemSource } from './nest-files.ts';
import { tellNotes } from './nest-flags.ts';
import { ownOf, readSources, type Sources, timeloopFilesOf } from './nest-sources.ts';
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

/**
 * What the flags give together.
 *
 * @throws InputError if something is missing, is given twice, or has mistakes.
 */
function nestOf(
  sources: Sources,
  factors: Factors,
): Omit<ShownNest, 'evaluation'> & Pick<TimeloopReading, 'notes'> {
  const parts = partsOf(timeloopFilesOf(sources));
  const has = (part: string) => partIn(parts, part) !== undefined;
  if (sources.problem === undefined && !has('problem')) throw missing('--problem', PROBLEM_ARGUMENT);
  if (sources.mapping === undefined && !has('mapping')) throw missing('--mapping', MAPPING_ARGUMENT);
  const { architecture, notes, ...read } = readSources(sources);
  const problem = read.problem!;
  if (read.mapping) return { problem, architecture, mapping: read.mapping, notes };
  const { text, file } = ownOf(sources.mapping)!;
  const check = (one: LoopMapping) => checkMapping(problem, architecture, one, factors);
  const mapping =
    kindOf(text, file) === 'result'
      ? parseResultMapping(text, file, problem.name, check)
      : readAs('mapping', text, file, () => parseMapping(text, file, check));
  return { problem, architecture, mapping, notes };
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
