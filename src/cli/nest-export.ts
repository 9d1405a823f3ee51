import { readdirSync } from 'node:fs';
import { describeProblem, InputError } from '../input-error.ts';
import { fileNameOf } from '../layer/neighbours/export.ts';
import type { Architecture } from '../loopnest/architecture.ts';
import { formatArchitecture } from '../loopnest/files/architecture-file.ts';
import { formatMapping } from '../loopnest/files/mapping-file.ts';
import { formatProblem } from '../loopnest/files/problem-file.ts';
import type { LoopMapping } from '../loopnest/mapping.ts';
import type { LoopProblem } from '../loopnest/problem.ts';
import { timeloopArchitecture, timeloopEnergyTable } from '../loopnest/timeloop/architecture-export.ts';
import { timeloopMapping } from '../loopnest/timeloop/mapping-export.ts';
import { timeloopProblem } from '../loopnest/timeloop/problem-export.ts';
import type { MappedNetwork } from '../report/nest-view.ts';
import { oneOf } from './flags.ts';
import { EXPORT_FORMS, type MapFlags } from './map.ts';
import { afterFlag } from './nest-flags.ts';
import { type FileKind, schemaUrl } from './schemas.ts';

type ExportForm = (typeof EXPORT_FORMS)[number];

/**
 * Whose files `--export` writes; undefined where it writes none.
 *
 * @throws InputError if `--export-as` says another form, or there is no folder for it.
 */
export function exportFormOf({ export: folder, exportAs }: MapFlags): ExportForm | undefined {
  const form = oneOf('--export-as', exportAs ?? 'timeloop', EXPORT_FORMS);
  if (folder !== undefined) return form;
  if (exportAs === undefined) return undefined;
  const allowed = 'with --export, the folder for the files';
  throw new InputError({ code: 'not-allowed', path: ['--export-as'], found: exportAs, allowed });
}

/** @throws InputError if Timeloop cannot say what an architecture is. */
export function checkSayable(architecture: Architecture): void {
  try {
    afterFlag('--export', () => timeloopArchitecture(architecture));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(
      ...error.problems.map((problem) => ({ ...problem, allowed: `${problem.allowed}${OR_ROWHOUSE}` })),
    );
  }
}

/** Rowhouse's own files can say whatever there is. */
const OR_ROWHOUSE = '; with --export-as rowhouse, anything';

/** What writes the texts of files. */
interface Writers {
  /** Of the architecture, by the name of the file. */
  readonly architecture: Readonly<Record<string, (architecture: Architecture) => string>>;
  readonly problem: (problem: LoopProblem) => string;
  readonly mapping: (problem: LoopProblem, architecture: Architecture, mapping: LoopMapping) => string;
}

const TIMELOOP: Writers = {
  architecture: { 'architecture.yaml': timeloopArchitecture, 'ert.yaml': timeloopEnergyTable },
  problem: timeloopProblem,
  mapping: timeloopMapping,
};

/** Rowhouse's own files, which editors find the schemas of. */
const rowhouse = (version: string): Writers => {
  const withSchema = (kind: FileKind, text: string) =>
    `# yaml-language-server: $schema=${schemaUrl(kind, version)}\n${text}`;
  return {
    architecture: { 'architecture.yaml': (one) => withSchema('architecture', formatArchitecture(one)) },
    problem: (one) => withSchema('problem', formatProblem(one)),
    mapping: (_problem, _architecture, one) => withSchema('mapping', formatMapping(one)),
  };
};

const writersOf = (form: ExportForm, version: string): Writers =>
  form === 'timeloop' ? TIMELOOP : rowhouse(version);

/** The names of all files that may be written. */
export const exportNames = (form: ExportForm, problems: readonly LoopProblem[]): readonly string[] => [
  ...Object.keys(writersOf(form, '').architecture),
  ...problems.flatMap((_, i) => Object.values(layerNames(problems, i))),
];

/** Names begin with the layer's place, so that each is another and they stand in order. */
function layerNames(problems: readonly LoopProblem[], i: number): { problem: string; mapping: string } {
  const place = String(i + 1).padStart(Math.max(2, String(problems.length).length), '0');
  const stem = `${place}-${fileNameOf(problems[i]!.name, 'layer')}`;
  return { problem: `${stem}.problem.yaml`, mapping: `${stem}.mapping.yaml` };
}

/** How many files were written to a folder, and how many others it has, of an earlier run perhaps. */
export function writtenNote(folder: string, names: readonly string[]): string {
  const others = readdirSync(folder).filter((name) => !names.includes(name)).length;
  const written = names.length === 1 ? '1 file is' : `${names.length} files are`;
  const beside = others === 1 ? '1 other was' : `${others} others were`;
  return `${written} written to ${folder}${others > 0 ? `, where ${beside} already` : ''}`;
}

/**
 * The architecture, and for each layer its problem and its mapping, as the texts of files. Where a layer has no mapping, or
 * one that the form cannot say, both are left out and a note says why.
 *
 * @param version of Rowhouse
 */
export function exportedFiles(
  form: ExportForm,
  { result, architecture, problems }: MappedNetwork,
  version: string,
): { files: ReadonlyMap<string, string>; notes: readonly string[] } {
  const writers = writersOf(form, version);
  const files = new Map(
    Object.entries(writers.architecture).map(([name, write]) => [name, write(architecture)]),
  );
  const notes: string[] = [];
  for (const [i, layer] of result.layers.entries()) {
    const names = layerNames(problems, i);
    const problem = problems[i]!;
    if (!layer.feasible) {
      notes.push(`${layer.name} is left out of the files: it has no mapping`);
      continue;
    }
    try {
      const mapping = writers.mapping(problem, architecture, layer.mapping);
      files.set(names.problem, writers.problem(problem)).set(names.mapping, mapping);
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      const [reason] = error.problems.map(describeProblem);
      notes.push(`${layer.name} is left out of the files: ${reason}${OR_ROWHOUSE}`);
    }
  }
  return { files, notes };
}
