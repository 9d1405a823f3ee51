import { InputError, MOST_PROBLEMS, type Problem } from '../input-error.ts';
import type { LayerShape } from '../layer/shape.ts';
import { type Chip, pesOf } from './chip.ts';
import type { Configuration } from './configuration.ts';
import type { BankUse } from './glb.ts';
import type { Ids } from './ids.ts';
import { type ChipMapping, LETTERS, TILED } from './mapping.ts';
import type { NetworkIds } from './multicast.ts';
import type { Operation } from './pe.ts';
import {
  type ScanField,
  type ScanFieldName,
  type ScanValue,
  SIZES,
  scanChainBits,
  scanFields,
} from './scan-fields.ts';

const INPUT_NETWORKS = ['ifmap', 'filter', 'psum'] as const;

/** What the scan chain says, as plain data. */
export interface ScanChainContent {
  readonly ids: Ids;
  /** One per PE, row by row; null for those that take no part. */
  readonly pes: readonly (PeRole | null)[];
  readonly banks: readonly BankUse[];
  readonly mapping: ChipMapping;
  /** Of the largest part that one configuration runs. */
  readonly sizes: Pick<LayerShape, (typeof SIZES)[number]>;
  readonly operation: Operation;
  /** Whether negative ofmap words become 0 on the way out. */
  readonly relu: boolean;
  /** Places that products are shifted by before they are cut to a word. */
  readonly truncation: number;
}

/** Where a PE's psums come from and go to, which is the same for a whole layer. */
export interface PeRole {
  /** The global input network, or the PE below. */
  readonly psumsFrom: 'gin' | 'local';
  /** The global output network, or the PE above. */
  readonly psumsTo: 'gon' | 'local';
}

/**
 * The scan chain of a configuration: {@link scanFields} one after the other, each with its highest bit first. The first bit
 * is the highest of the first byte; bits of the last byte that are left over are 0.
 *
 * Groups, padding and addresses are not in it, as they are not of the array, but of the way from the DRAM to the GLB.
 *
 * @throws InputError that names each field that has no room for its value.
 */
export function writeScanChain(configuration: Configuration, relu: boolean): Uint8Array {
  const { chip } = configuration;
  const values = valuesOf(contentOf(configuration, relu));
  const problems: Problem[] = [];
  const bytes = new Uint8Array(Math.ceil(scanChainBits(chip) / 8));
  let at = 0;
  for (const one of scanFields(chip)) {
    for (const [i, value] of values[one.name].entries()) {
      const code = codeOf(one, value);
      if (code === undefined) problems.push(noRoom(one, i, value));
      for (let bit = one.width - 1; bit >= 0; bit--, at++) {
        bytes[at >> 3]! |= (((code ?? 0) >>> bit) & 1) << (7 - (at & 7));
      }
    }
  }
  throwAny(problems);
  return bytes;
}

/**
 * What a scan chain of a chip says.
 *
 * @throws InputError if it is not as long as that chip's, or says something that has no meaning, such as a value that
 * there is not, IDs for a PE that takes no part, or psums that go to a PE which does not take them.
 */
export function readScanChain(chip: Chip, bytes: Uint8Array): ScanChainContent {
  const bits = scanChainBits(chip);
  if (bytes.length !== Math.ceil(bits / 8)) {
    const allowed = `${Math.ceil(bits / 8)} bytes, for ${bits} bits`;
    throw new InputError({ code: 'does-not-fit', path: ['scanChain'], found: bytes.length, allowed });
  }
  const problems: Problem[] = [];
  let at = 0;
  const take = (width: number): number => {
    let code = 0;
    for (const end = at + width; at < end; at++) code = 2 * code + ((bytes[at >> 3]! >>> (7 - (at & 7))) & 1);
    return code;
  };
  const entries = scanFields(chip).map((one) => {
    const values = Array.from({ length: one.count }, (_, i) => {
      const code = take(one.width);
      const value = 'least' in one.holds ? one.holds.least + code : one.holds[code];
      if (value !== undefined && codeOf(one, value) === code) return value;
      problems.push(noRoom(one, i, value ?? `code ${code}`));
      return 0;
    });
    return [one.name, values];
  });
  const leftOver = take(8 * bytes.length - at);
  if (leftOver !== 0) problems.push(refusal(['scanChain'], leftOver, '0 in the bits that are left over'));
  throwAny(problems);
  const values = Object.fromEntries(entries) as Values;
  const content = contentFrom(values);
  throwAny([...strayProblems(values, content), ...contentProblems(chip, content)]);
  return content;
}

type Values = Readonly<Record<ScanFieldName, readonly ScanValue[]>>;

function codeOf({ holds }: ScanField, value: ScanValue): number | undefined {
  if (!('least' in holds)) return holds.includes(value) ? holds.indexOf(value) : undefined;
  const isHeld = Number.isInteger(value) && holds.least <= Number(value) && Number(value) <= holds.most;
  return isHeld ? Number(value) - holds.least : undefined;
}

function noRoom({ name, count, holds }: ScanField, index: number, found: unknown): Problem {
  const allowed =
    'least' in holds ? `a whole number from ${holds.least} to ${holds.most}` : holds.map(String).join(', ');
  return { code: 'does-not-fit', path: pathOf(name, count > 1 ? index : undefined), found, allowed };
}

const pathOf = (name: ScanFieldName, index?: number): Problem['path'] =>
  ['scanChain', ...name.split('.'), index].filter((step) => step !== undefined);

function throwAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InputError(...problems.slice(0, MOST_PROBLEMS));
}

function contentOf(configuration: Configuration, relu: boolean): ScanChainContent {
  const { chip, shape, operation, mapping, truncation, placement, ids, banks } = configuration;
  const { bandRows } = placement;
  const pes = Array.from({ length: pesOf(chip) }, (): PeRole | null => null);
  for (const { row, column } of placement.places) {
    const inBand = row % bandRows;
    pes[row * chip.array.columns + column] = {
      psumsFrom: inBand === bandRows - 1 ? 'gin' : 'local',
      psumsTo: inBand === 0 ? 'gon' : 'local',
    };
  }
  return { ids, pes, banks, mapping, sizes: shape, operation, relu, truncation };
}

function valuesOf({ ids, pes, banks, mapping, sizes, ...rest }: ScanChainContent): Values {
  const entries: [ScanFieldName, readonly ScanValue[]][] = [
    ...INPUT_NETWORKS.flatMap((data): typeof entries => [
      [`${data}.rowValid`, ids[data].rows.map((id) => id !== null)],
      [`${data}.rowId`, ids[data].rows.map((id) => id ?? 0)],
      [`${data}.columnValid`, ids[data].columns.map((id) => id !== null)],
      [`${data}.columnId`, ids[data].columns.map((id) => id ?? 0)],
    ]),
    ['pe.works', pes.map((pe) => pe !== null)],
    ['pe.psumsFrom', pes.map((pe) => pe?.psumsFrom ?? 'gin')],
    ['pe.psumsTo', pes.map((pe) => pe?.psumsTo ?? 'gon')],
    ['glb.bank', banks],
    ...LETTERS.map((letter): (typeof entries)[number] => [`mapping.${letter}`, [mapping[letter]]]),
    ...SIZES.map((size): (typeof entries)[number] => [`layer.${size}`, [sizes[size]]]),
    ['layer.operation', [rest.operation]],
    ['layer.relu', [rest.relu]],
    ['layer.truncation', [rest.truncation]],
  ];
  return Object.fromEntries(entries) as Values;
}

function contentFrom(values: Values): ScanChainContent {
  const idsFrom = (data: keyof Ids): NetworkIds => {
    const of = (part: 'row' | 'column') =>
      values[`${data}.${part}Id`].map((id, i) => (values[`${data}.${part}Valid`][i] ? Number(id) : null));
    return { rows: of('row'), columns: of('column') };
  };
  const pes = values['pe.works'].map((works, i) =>
    works ? { psumsFrom: values['pe.psumsFrom'][i], psumsTo: values['pe.psumsTo'][i] } : null,
  );
  const numbers = (room: 'mapping' | 'layer', names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, values[`${room}.${name}` as ScanFieldName][0]]));
  return {
    ids: { ifmap: idsFrom('ifmap'), filter: idsFrom('filter'), psum: idsFrom('psum') },
    pes: pes as ScanChainContent['pes'],
    banks: values['glb.bank'] as readonly BankUse[],
    mapping: numbers('mapping', LETTERS) as ChipMapping,
    sizes: numbers('layer', SIZES) as ScanChainContent['sizes'],
    operation: values['layer.operation'][0] as Operation,
    relu: values['layer.relu'][0] as boolean,
    truncation: values['layer.truncation'][0] as number,
  };
}

/** Fields that say something where another says that they mean nothing. */
function strayProblems(values: Values, content: ScanChainContent): Problem[] {
  const meant = valuesOf(content);
  return (Object.keys(values) as ScanFieldName[]).flatMap((name) =>
    values[name].flatMap((found, i) => {
      const allowed = meant[name][i]!;
      if (found === allowed) return [];
      return [refusal(pathOf(name, i), found, `${allowed} where the field is not used`)];
    }),
  );
}

/** What cannot be, although each field by itself could. */
function contentProblems({ array }: Chip, { ids, pes, banks, mapping, sizes }: ScanChainContent): Problem[] {
  const problems: Problem[] = [];
  const refuse = (name: ScanFieldName, index: number | undefined, found: unknown, allowed: string) =>
    problems.push(refusal(pathOf(name, index), found, allowed));
  for (const [pe, role] of pes.entries()) {
    for (const data of INPUT_NETWORKS) {
      const { rows, columns } = ids[data];
      const takes = columns[pe] !== null;
      const needs = role !== null && (data !== 'psum' || role.psumsFrom === 'gin');
      if (takes !== needs) refuse(`${data}.columnValid`, pe, takes, `${needs} for what the PE does`);
      const row = Math.floor(pe / array.columns);
      if (takes && rows[row] === null) refuse(`${data}.rowValid`, row, false, `true for PE ${pe} on it`);
    }
    const [above, below] = [pes[pe - array.columns], pes[pe + array.columns]];
    if (role?.psumsTo === 'local' && above?.psumsFrom !== 'local') {
      refuse('pe.psumsTo', pe, 'local', 'gon, as no PE above takes them');
    }
    if (role?.psumsFrom === 'local' && below?.psumsTo !== 'local') {
      refuse('pe.psumsFrom', pe, 'local', 'gin, as none come from a PE below');
    }
  }
  for (const [i, use] of banks.entries()) {
    const isApart = use !== 'unused' && use !== banks[i - 1] && banks.indexOf(use) < i;
    if (isApart) refuse('glb.bank', i, use, `only next to the other banks for ${use}s`);
  }
  for (const letter of LETTERS) {
    const most = sizes[TILED[letter]];
    if (mapping[letter] > most) {
      refuse(`mapping.${letter}`, undefined, mapping[letter], `at most ${most}, which is ${TILED[letter]}`);
    }
  }
  return problems;
}

const refusal = (path: Problem['path'], found: unknown, allowed: string): Problem => ({
  code: 'not-allowed',
  path,
  found,
  allowed,
});
