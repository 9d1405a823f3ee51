import type { Problem } from '../../input-error.ts';
import { quoted } from '../../layer/neighbours/timeloop-export.ts';
import type { Architecture, MemoryLevel } from '../architecture.ts';
import { MOST_LEVELS } from '../files/parts.ts';
import { TENSORS } from '../problem.ts';
import { isWire } from './energy-table.ts';
import { DATA_SPACES, isTaken, refuse, WIDEST_FANOUT } from './timeloop-file.ts';

/**
 * An architecture as the text of a YAML file in Timeloop's layout of 0.3, which `readTimeloopArchitecture`, with the
 * energies of {@link timeloopEnergyTable}, makes the same of. What levels cannot hold, `architecture_constraints` make
 * mappings bypass. A fan-out of 1 × 1 is left out.
 *
 * @throws InputError if Timeloop cannot say it: the energy of a fan-out, a capacity for each tensor, a name that is not of
 * letters, digits, dashes and underlines; or if it is no architecture.
 */
export function timeloopArchitecture(architecture: Architecture): string {
  refuse(unsayable(architecture));
  const { name, wordBits, levels } = architecture;
  const meshes = meshesOf(levels);
  const arrays = levels.filter((level) => hasFanout(level)).length;
  const lines = ['architecture:', '  version: 0.3'];
  let indent = '  ';
  const openNode = (name: string) => {
    lines.push(`${indent}subtree:`, `${indent}  - name: ${name}`, `${indent}    local:`);
    indent += '    ';
  };
  const addComponent = (name: string, type: string, attributes: Readonly<Record<string, unknown>>) => {
    const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
    const list = given.map(([key, value]) => `${key}: ${value}`).join(', ');
    lines.push(`${indent}  - { name: ${name}, class: ${type}, attributes: { ${list} } }`);
  };

  openNode(quoted(name));
  let opened = 0;
  levels.forEach((level, i) => {
    addComponent(level.name, classOf(level, meshes[i]!), attributesOf(level, wordBits, meshes[i]!));
    if (!hasFanout(level)) return;
    opened++;
    const { x, y } = level.fanout!;
    // Timeloop goes by the range alone; what a node is called is for people
    openNode(`${opened === arrays ? 'PE' : `cluster${opened}`}[0..${x * y - 1}]`);
  });
  addComponent('MAC', 'intmac', { datawidth: wordBits, ...meshKeys(meshes.at(-1)!) });
  return `${[...lines, ...constraintLines(levels)].join('\n')}\n`;
}

/**
 * The energies of an architecture as the text of a YAML file with Timeloop's energy reference table (ERT), per word. A fill
 * is a `write` there.
 *
 * @throws InputError as {@link timeloopArchitecture} does.
 */
export function timeloopEnergyTable(architecture: Architecture): string {
  refuse(unsayable(architecture));
  const { levels, macEnergy } = architecture;
  const tables = [
    ...levels.map(({ name, energy: { read, fill, update } }) =>
      tableText(name, { read, write: fill, update }),
    ),
    tableText('MAC', { compute: macEnergy }),
  ];
  return `ERT:\n  version: 0.3\n  tables:\n${tables.join('')}`;
}

const tableText = (name: string, energies: Readonly<Record<string, number>>): string => {
  const actions = Object.entries(energies).map(
    ([action, energy]) => `        - { name: ${action}, arguments: {}, energy: ${energy} }\n`,
  );
  return `    - name: system.${name}\n      actions:\n${actions.join('')}`;
};

interface Mesh {
  readonly x: number;
  readonly y: number;
}

const hasFanout = ({ fanout }: MemoryLevel): boolean => fanout !== undefined && fanout.x * fanout.y > 1;

/** The grid in which all instances of each level stand, and then that of the MACs. */
function meshesOf(levels: readonly MemoryLevel[]): Mesh[] {
  const meshes = [{ x: 1, y: 1 }];
  for (const { fanout } of levels) {
    const { x, y } = meshes.at(-1)!;
    meshes.push({ x: x * (fanout?.x ?? 1), y: y * (fanout?.y ?? 1) });
  }
  return meshes;
}

/** Timeloop takes only DRAM for a memory without limit. */
const classOf = ({ capacity }: MemoryLevel, { x, y }: Mesh): string => {
  if (capacity === undefined) return 'DRAM';
  return x * y > 1 ? 'regfile' : 'SRAM';
};

const meshKeys = ({ x, y }: Mesh) => (x * y > 1 ? { meshX: x, meshY: y } : {});

const attributesOf = ({ capacity, doubleBuffered, bandwidth }: MemoryLevel, wordBits: number, mesh: Mesh) => {
  return {
    depth: capacity,
    width: wordBits,
    datawidth: wordBits,
    ...meshKeys(mesh),
    'multiple-buffering': doubleBuffered ? 2 : undefined,
    read_bandwidth: bandwidth?.read,
    write_bandwidth: bandwidth?.write,
  };
};

function constraintLines(levels: readonly MemoryLevel[]): string[] {
  const targets = levels.flatMap(({ name, holds }) => {
    const bypassed = TENSORS.filter((tensor) => !holds.includes(tensor)).map((tensor) => DATA_SPACES[tensor]);
    if (bypassed.length === 0) return [];
    return [`    - { target: ${name}, type: bypass, bypass: [${bypassed.join(', ')}] }`];
  });
  return targets.length > 0 ? ['architecture_constraints:', '  targets:', ...targets] : [];
}

/** Timeloop counts words and instances in 32 bits. */
const LARGEST = 2 ** 32 - 1;
const MOST_SIDE_BY_SIDE = 1e9;

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const isBetween = (value: number, least: number, most: number): boolean => value >= least && value <= most;

function unsayable({ name, wordBits, levels, macEnergy }: Architecture): Problem[] {
  const problems: Problem[] = [];
  if (!/^[^[\]\p{Cc}]+$/u.test(name)) {
    const allowed = 'a name of printable characters without [ and ]';
    problems.push({ code: 'not-allowed', path: ['name'], found: name, allowed });
  }
  if (!isWhole(wordBits, 1, 64)) {
    const allowed = 'a whole number from 1 to 64';
    problems.push({ code: 'out-of-range', path: ['wordBits'], found: wordBits, allowed });
  }
  if (!isWhole(levels.length, 1, MOST_LEVELS)) {
    const found = `${levels.length} levels`;
    problems.push({ code: 'out-of-range', path: ['levels'], found, allowed: `1 to ${MOST_LEVELS}` });
  }
  if (!isBetween(macEnergy, 0, 1e12)) {
    problems.push({ code: 'out-of-range', path: ['macEnergy'], found: macEnergy, allowed: ENERGY });
  }
  problems.push(
    ...nameProblems(levels),
    ...levels.flatMap((level, i) =>
      levelProblems(level, i === 0).map(
        (problem): Problem => ({ ...problem, path: ['levels', i, ...problem.path] }),
      ),
    ),
  );
  const { x, y } = meshesOf(levels).at(-1)!;
  if (x * y > LARGEST) {
    const found = `${x * y} MACs`;
    problems.push({ code: 'out-of-range', path: ['levels'], found, allowed: `at most ${LARGEST}` });
  }
  return problems;
}

const ENERGY = 'a number from 0 to 1000000000000';

/** The names of levels that Timeloop cannot take, or Rowhouse could not take back. */
export function nameProblems(levels: readonly MemoryLevel[]): Problem[] {
  const names = levels.map(({ name }) => name);
  return names.flatMap((found, i): Problem[] => {
    const allowed = allowedName(found, names.slice(0, i));
    return allowed === undefined
      ? []
      : [{ code: 'not-allowed', path: ['levels', i, 'name'], found, allowed }];
  });
}

/** What a level may be called instead, if not this. */
function allowedName(name: string, others: readonly string[]): string | undefined {
  if (!/^[A-Za-z_][A-Za-z0-9_-]*$/.test(name)) {
    return 'a name of letters, digits, dashes and underlines, as others mean something in Timeloop';
  }
  if (isWire(name)) return 'another name, as Timeloop takes this for the wires of its networks';
  if (isTaken(name)) return 'another name, as results could not be kept by this one';
  return others.includes(name) ? 'a name that no other level has' : undefined;
}

function levelProblems({ capacity, energy, bandwidth, fanout, holds }: MemoryLevel, isOutermost: boolean) {
  const problems: Problem[] = [];
  const refuse = (code: Problem['code'], path: Problem['path'], found: unknown, allowed: string) =>
    problems.push({ code, path, found, allowed });
  if (isOutermost && TENSORS.some((tensor) => !holds.includes(tensor))) {
    refuse('not-allowed', ['holds'], holds, 'all tensors at the outermost level');
  }
  if (typeof capacity === 'object') {
    const allowed = 'one capacity that the tensors share: Timeloop has none for each';
    refuse('not-allowed', ['capacity'], capacity, allowed);
  } else if (capacity !== undefined && !isWhole(capacity, 0, LARGEST)) {
    refuse('out-of-range', ['capacity'], capacity, `a whole number from 0 to ${LARGEST}`);
  }
  for (const [kind, value] of Object.entries(energy)) {
    if (!isBetween(value, 0, 1e12)) refuse('out-of-range', ['energy', kind], value, ENERGY);
  }
  for (const [port, value] of Object.entries(bandwidth ?? {})) {
    if (value === undefined || isBetween(value, 1e-6, 1e12)) continue;
    refuse('out-of-range', ['bandwidth', port], value, 'a number from 0.000001 to 1000000000000');
  }
  if (fanout === undefined) return problems;
  const { x, y, energy: perWord } = fanout;
  if (perWord !== 0) {
    const allowed = '0: in Timeloop, wires cost by their length';
    refuse('not-allowed', ['fanout', 'energy'], perWord, allowed);
  }
  for (const [axis, count] of [['x', x] as const, ['y', y] as const]) {
    if (isWhole(count, 1, WIDEST_FANOUT)) continue;
    refuse('out-of-range', ['fanout', axis], count, `a whole number from 1 to ${WIDEST_FANOUT}`);
  }
  if (x * y > MOST_SIDE_BY_SIDE) {
    refuse('out-of-range', ['fanout'], `${x} × ${y}`, `at most ${MOST_SIDE_BY_SIDE} side by side`);
  }
  return problems;
}
