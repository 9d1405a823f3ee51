import { InputError } from '../input-error.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { FACTORS } from '../loopnest/check-mapping.ts';
import { type Constraints, NO_CONSTRAINTS } from '../loopnest/constraints.ts';
import { mapProblemsSteps, problemsOf } from '../loopnest/map-network.ts';
import { NEST_OBJECTIVES } from '../loopnest/map-result.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { nestData } from '../report/nest-data.ts';
import { mappingJson } from '../report/nest-json.ts';
import { nestPicture } from '../report/nest-picture.ts';
import { nestTable, unmappedNotes } from '../report/nest-table.ts';
import { type MappedNetwork, nestsOf } from '../report/nest-view.ts';
import { checkFolder, checkPlace, writeFolder } from './files.ts';
import { oneOf, together, underFlag } from './flags.ts';
import { AXES, MAP_FORMATS, type MapFlags } from './map.ts';
import { checkSayable, exportedFiles, exportFormOf, exportNames, writtenNote } from './nest-export.ts';
import { constraintsNamed, hardwareSource, sameNameNotes } from './nest-files.ts';
import { secondsOf, tellNotes } from './nest-flags.ts';
import { readSources } from './nest-sources.ts';
import { workOf } from './nest-work.ts';
import { type Content, emit, formatNamed, formatted, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

type MapFormat = (typeof MAP_FORMATS)[number];

/**
 * What `rowhouse map` does.
 *
 * @param version of the command, for the files that it writes
 */
export async function mapCommand(name: string | undefined, flags: MapFlags, version: string): Promise<void> {
  const { format, work, hardware, seconds, form, axes, ...chosen } = await together({
    format: () => formatOf(flags),
    work: () => workOf(name, flags),
    hardware: () => flags.hardware && hardwareSource(flags.hardware),
    axes: () => (flags.axes === undefined ? undefined : oneOf('--axes', flags.axes, AXES)),
    objective: () => oneOf('--objective', flags.objective, NEST_OBJECTIVES),
    factors: () => oneOf('--factors', flags.factors, FACTORS),
    convention: () => oneOf('--convention', flags.convention, CONVENTIONS),
    seconds: () => (flags.time === undefined ? undefined : secondsOf('--time', flags.time)),
    form: () => exportFormOf(flags),
    place: () => flags.out !== undefined && checkPlace('--out', flags.out),
  });
  const { batch } = work;
  const { architecture, problem, notes } = readSources({ hardware, problem: work.problem });
  const problems = work.network
    ? underFlag('--batch', () => problemsOf(work.network, { layers: work.layers, batch }))
    : [problem!];
  const { constraints } = await together({
    constraints: () => constraintsOf(flags, axes, architecture, problems),
    files: () => form && checkFolder('--export', flags.export!, exportNames(form, problems)),
    sayable: () => form === 'timeloop' && checkSayable(architecture),
  });
  tellNotes([...notes, ...nameNotes(flags)]);
  const options = { ...chosen, batch, constraints, seconds };
  const title = work.network ? work.network.name : problem!.name;
  const steps = mapProblemsSteps(title, problems, architecture, options);
  const result = await withProgress('mapping layers', steps);
  const mapped = { result, architecture, problems };
  const content = await rendered(mapped, constraints, format, flags);
  // A picture has nothing of layers without a nest
  if (format === 'svg') tellNotes(unmappedNotes(result.layers));
  if (form) {
    const { files, notes } = exportedFiles(form, mapped, version);
    writeFolder('--export', flags.export!, files);
    tellNotes([...notes, writtenNote(flags.export!, [...files.keys()])]);
  }
  emit(content, { file: flags.out });
}

/** The format, with which `--nests` goes or not. */
function formatOf(flags: MapFlags): MapFormat {
  const format = formatNamed(flags, MAP_FORMATS);
  if (flags.nests === undefined || format === 'table') return format;
  const allowed = 'with the table: other formats have what there is of every nest';
  throw new InputError({ code: 'not-allowed', path: ['--nests'], found: format, allowed });
}

/** What there is to know of the name of an architecture. */
const nameNotes = ({ hardware, constraints }: MapFlags): readonly string[] =>
  hardware !== undefined && constraints === undefined ? sameNameNotes(hardware) : [];

function constraintsOf(
  { constraints: name, bypass }: MapFlags,
  axes: Constraints['axes'] | undefined,
  architecture: Architecture,
  problems: readonly LoopProblem[],
): Constraints {
  const dimensions = [...new Set(problems.flatMap(({ sizes }) => Object.keys(sizes)))];
  const given = name === undefined ? NO_CONSTRAINTS : constraintsNamed(name, architecture, dimensions);
  const changes = [
    ...(bypass && given.buffers !== 'free' ? ['bypass'] : []),
    ...(axes !== undefined && axes !== given.axes ? [axes === 'both' ? 'both axes' : 'one axis'] : []),
  ];
  return {
    ...given,
    name: [given.name, ...changes].join(', '),
    buffers: bypass ? 'free' : given.buffers,
    axes: axes ?? given.axes,
  };
}

function rendered(
  mapped: MappedNetwork,
  constraints: Constraints,
  format: MapFormat,
  { nests, out }: MapFlags,
): Content | Promise<Content> {
  if (format === 'svg') return nestPicture(nestsOf(mapped));
  const { result } = mapped;
  return formatted(format, {
    table: () => nestTable(mapped, { ...terminalOptions({ file: out }), nests }),
    json: mappingJson(result, constraints),
    data: () => nestData(result),
  });
}
