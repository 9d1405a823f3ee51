import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { FACTORS } from '../loopnest/check-mapping.ts';
import { type Constraints, NO_CONSTRAINTS } from '../loopnest/constraints.ts';
import { mapNetworkSteps, problemsOf } from '../loopnest/map-network.ts';
import { NEST_OBJECTIVES } from '../loopnest/map-result.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { readTimeloop } from '../loopnest/timeloop/reading.ts';
import { CONVENTIONS } from '../loopnest/walk.ts';
import { nestData } from '../report/nest-data.ts';
import { nestPicture } from '../report/nest-picture.ts';
import { nestTable } from '../report/nest-table.ts';
import { type MappedNetwork, nestsOf } from '../report/nest-view.ts';
import { checkFolder, checkPlace, writeFolder } from './files.ts';
import { commaList, oneOf, together, underFlag, wholeNumber } from './flags.ts';
import { AXES, DEFAULT_ARCHITECTURE, MAP_FORMATS, type MapFlags } from './map.ts';
import { checkSayable, exportedFiles, exportFormOf, exportNames } from './nest-export.ts';
import { constraintsNamed, hardwareSource, sameNameNotes } from './nest-files.ts';
import { secondsOf, tellNotes } from './nest-flags.ts';
import { mappingJson } from './nest-json.ts';
import { networkNamed } from './network.ts';
import { type Content, emit, formatNamed, formatted, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

type MapFormat = (typeof MAP_FORMATS)[number];

/** The most images. */
const MOST_BATCH = 1_000_000;

/**
 * What `rowhouse map` does.
 *
 * @param version of the command, for the files that it writes
 */
export async function mapCommand(name: string, flags: MapFlags, version: string): Promise<void> {
  const { format, model, hardware, batch, seconds, form, axes, ...options } = await together({
    format: () => formatOf(flags),
    model: () => modelOf(name, flags),
    hardware: () => hardwareOf(flags),
    axes: () => (flags.axes === undefined ? undefined : oneOf('--axes', flags.axes, AXES)),
    batch: () => wholeNumber('--batch', flags.batch, MOST_BATCH),
    objective: () => oneOf('--objective', flags.objective, NEST_OBJECTIVES),
    factors: () => oneOf('--factors', flags.factors, FACTORS),
    convention: () => oneOf('--convention', flags.convention, CONVENTIONS),
    seconds: () => (flags.time === undefined ? undefined : secondsOf('--time', flags.time)),
    form: () => exportFormOf(flags),
    place: () => flags.out !== undefined && checkPlace('--out', flags.out),
  });
  const { network, layers } = model;
  const { architecture } = hardware;
  const problems = underFlag('--batch', () => problemsOf(network, { layers, batch }));
  const { constraints } = await together({
    constraints: () => constraintsOf(flags, axes, architecture, problems),
    files: () => form && checkFolder('--export', flags.export!, exportNames(form, problems)),
    sayable: () => form === 'timeloop' && checkSayable(architecture),
  });
  tellNotes(hardware.notes);
  const steps = mapNetworkSteps(network, architecture, { ...options, layers, batch, constraints, seconds });
  const result = await withProgress('mapping layers', steps);
  const mapped = { result, architecture, problems };
  const content = await rendered(mapped, constraints, format, flags);
  if (form) {
    const { files, notes } = exportedFiles(form, mapped, version);
    writeFolder('--export', flags.export!, files);
    tellNotes(notes);
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

async function modelOf(name: string, { layers: list, shape }: MapFlags) {
  const network = await networkNamed(name, shape);
  const layers =
    list === undefined
      ? mappedLayers(network)
      : underFlag('--layers', () => selectLayers(network, commaList(list)));
  underFlag('--layers', () => problemsOf(network, { layers }));
  return { network, layers };
}

function mappedLayers({ name, layers }: Network): readonly Layer[] {
  const mapped = layers.filter(({ type }) => type !== 'pool');
  if (mapped.length > 0) return mapped;
  const allowed = 'a network with conv or fc layers: pools have no weights to map';
  throw new InputError({ code: 'not-allowed', path: ['network'], found: name, allowed });
}

/** The architecture, and what there is to know of it. */
function hardwareOf({ hardware, constraints }: MapFlags) {
  const source = hardwareSource(hardware ?? [DEFAULT_ARCHITECTURE]);
  if ('own' in source) {
    const mayMean = hardware !== undefined && constraints === undefined;
    return { architecture: source.own, notes: mayMean ? sameNameNotes(hardware) : [] };
  }
  const { architecture, notes } = readTimeloop(source.timeloop);
  return { architecture: architecture!, notes };
}

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
