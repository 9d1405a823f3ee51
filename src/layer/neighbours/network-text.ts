import { z } from 'zod';
import { InputError } from '../../input-error.ts';
import { readYaml } from '../../yaml-file.ts';
import { parseNetwork } from '../network-file.ts';
import { parseMaestro } from './maestro.ts';
import { linesOf, type NetworkReading, stemOf } from './reading.ts';
import { parseTopology } from './scalesim.ts';
import { networkFromProblems } from './timeloop.ts';
import { timeloopKey } from './timeloop-problem.ts';

/**
 * The network that a text describes, in whichever form: Rowhouse's own, a problem of Timeloop, a topology of SCALE-Sim or
 * a network of MAESTRO. The form is told by what stands in the text, not by the file's name.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is in none of the forms, or has mistakes.
 */
export function networkFromText(text: string, file: string): NetworkReading {
  switch (formOf(text, file)) {
    case 'maestro':
      return parseMaestro(text, file);
    case 'scalesim':
      return parseTopology(text, file);
    case 'timeloop':
      return networkFromProblems([{ file, text }], stemOf(file));
    case 'rowhouse':
      return { network: parseNetwork(text, file), notes: [] };
  }
}

type Form = 'maestro' | 'scalesim' | 'timeloop' | 'rowhouse';

function formOf(text: string, file: string): Form {
  const first = firstLine(text);
  // MAESTRO has no comments like /* … */, but what else has its readers tell less
  if (/^(\/\*|(Network|Constant|Accelerator)\b(?!\s*:))/.test(first)) return 'maestro';
  if (isTopology(first)) return 'scalesim';
  if (first.startsWith('{{')) return 'timeloop';
  // Most files are Rowhouse's own: no need to read them twice
  if (/^\uFEFF?(layers|"layers"|'layers')[ \t]*:/m.test(text) || isOwn(jsonIn(text))) return 'rowhouse';
  return readYaml(text, file, z.unknown(), formOfYaml);
}

/** The value of a text that is JSON, which takes a fraction of the time that YAML takes. */
function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}

const has = (value: unknown, key: string): boolean =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key);

const isOwn = (value: unknown): boolean => has(value, 'layers');

/** Whether a line is the first of a topology, or a layer of one without a first line. */
function isTopology(line: string): boolean {
  const [name = '', ...sizes] = line.split(',', 4);
  const isYaml = /^[{[]|:(\s|$)/.test(name);
  const isTitled = /^\W*layer[^:]*$/i.test(name) || /^\s*ifmap/i.test(sizes[0] ?? '');
  return sizes.length === 3 && !isYaml && (isTitled || sizes.every((size) => /^\s*\d+\s*$/.test(size)));
}

/** The first line that is neither empty nor a comment. */
function firstLine(text: string): string {
  for (const line of linesOf(text)) {
    const content = line.trim();
    if (content !== '' && !content.startsWith('#') && !content.startsWith('//')) return content;
  }
  return '';
}

function formOfYaml(value: unknown): Form {
  if (isOwn(value)) return 'rowhouse';
  if (timeloopKey(value) !== undefined) return 'timeloop';
  if (has(value, 'name') || value === undefined) return 'rowhouse';
  throw new InputError({ code: 'not-allowed', path: [], found: value, allowed: NETWORKS });
}

const NETWORKS =
  'a network: name and layers (Rowhouse), problem (Timeloop), Network NAME { (MAESTRO), or a first line Layer name, ' +
  'IFMAP Height, … or Layer, M, N, K (SCALE-Sim)';
