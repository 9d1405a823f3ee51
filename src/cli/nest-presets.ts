/** What `rowhouse hardware` says of the architectures and constraints that come with Rowhouse. */

import { InputError } from '../input-error.ts';
import { macUnits } from '../loopnest/architecture.ts';
import type { NestPreset } from '../loopnest/presets/preset.ts';
import {
  ARCHITECTURE_PRESET_NAMES,
  ARCHITECTURE_PRESETS,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  CONSTRAINTS_PRESETS,
} from '../loopnest/presets.ts';
import { nearestWord } from '../nearest-word.ts';
import type { ArchitectureRow, ConstraintsRow } from '../report/nest-presets-table.ts';
import { type FileKind, schemaUrl } from './schemas.ts';

/** The architectures, by what there is to say of them. */
export const architectureRows = (): readonly ArchitectureRow[] =>
  ARCHITECTURE_PRESETS.map(({ name, title, source }) => {
    return { name, macs: macUnits(architecturePreset(name)), title, source };
  });

/** The constraints, by what there is to say of them. */
export const constraintsRows = (): readonly ConstraintsRow[] =>
  CONSTRAINTS_PRESETS.map(({ name, title, source }) => ({ name, title, source }));

/**
 * The file of an architecture or else of constraints; undefined if there is neither by that name.
 *
 * @param wants constraints only
 * @throws InputError if it wants constraints and there are none.
 */
export function nestFile(name: string, version: string, wants?: 'constraints'): string | undefined {
  const architecture = ARCHITECTURE_PRESETS.find((one) => one.name === name);
  if (architecture && wants === undefined) return fileOf(architecture, 'architecture', version);
  const constraints = CONSTRAINTS_PRESETS.find((one) => one.name === name);
  if (constraints) return fileOf(constraints, 'constraints', version);
  if (wants === undefined) return undefined;
  const suggestion = nearestWord(name, CONSTRAINTS_PRESET_NAMES);
  const allowed = `constraints: ${CONSTRAINTS_PRESET_NAMES.join(', ')}`;
  throw new InputError({ code: 'not-allowed', path: ['name'], found: name, allowed, suggestion });
}

/** A preset as it was written, which editors find the schema of. */
const fileOf = ({ name, source, yaml }: NestPreset, kind: FileKind, version: string): string =>
  `# yaml-language-server: $schema=${schemaUrl(kind, version)}\n# ${name}: ${source}\n${yaml}`;

/** Presets of both kinds that are alike: accelerators for the six dataflows, and architectures. */
const ALIKE = [
  ['eyeriss-256', 'eyeriss-like-256'],
  ['eyeriss-256', 'eyeriss-like-256-array'],
  ['eyeriss-chip', 'eyeriss'],
] as const;

/** What is wrong with the name of an accelerator for the six dataflows, where an architecture is wanted. */
export const noArchitecture = (name: string, allowed: string): InputError =>
  new InputError({
    code: 'unreadable',
    path: ['--hardware'],
    found: `${name} is hardware of rowhouse analyze and simulate, not an architecture`,
    allowed,
    suggestion: ALIKE.find(([hardware]) => hardware === name)?.[1] ?? 'eyeriss-like-256',
  });

/** What is wrong with the name of an architecture, where an accelerator for the six dataflows is wanted; none if it is none. */
export function noHardware(name: string, allowed: string): InputError | undefined {
  if (!ARCHITECTURE_PRESET_NAMES.includes(name)) return undefined;
  const found = `${name} is an architecture of rowhouse map and evaluate, not hardware of the six dataflows`;
  const suggestion = ALIKE.find(([, architecture]) => architecture === name)?.[0];
  return new InputError({ code: 'unreadable', path: ['--hardware'], found, allowed, suggestion });
}

/** What is wrong with the name of an accelerator that is none, where an architecture or constraints may be meant. */
export function orNestPreset({ problems }: InputError): InputError {
  const names = [...new Set([...ARCHITECTURE_PRESET_NAMES, ...CONSTRAINTS_PRESET_NAMES])];
  return new InputError(
    ...problems.map((problem) => {
      const known = problem.suggestion === undefined ? names : [problem.suggestion, ...names];
      const suggestion = nearestWord(String(problem.found), known);
      return { ...problem, suggestion, allowed: `${problem.allowed}; ${names.join(', ')}` };
    }),
  );
}
