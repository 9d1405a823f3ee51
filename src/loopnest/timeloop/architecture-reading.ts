import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import type { Architecture, Fanout, MemoryLevel } from '../architecture.ts';
import { MOST_LEVELS } from '../files/parts.ts';
import { TENSORS } from '../problem.ts';
import { holdsIn } from './bypass-constraints.ts';
import {
  type Component,
  componentSchema,
  computeOf,
  kindOf,
  type Mesh,
  type Storage,
  storageOf,
} from './component.ts';
import {
  accessEnergy,
  computeEnergy,
  type EnergyTable,
  readEnergyTable,
  unusedEnergyNotes,
} from './energy-table.ts';
import {
  checkedAt,
  componentName,
  type DataSpaceNames,
  failAt,
  isTaken,
  ofEach,
  partIn,
  partsOf,
  readPart,
  refuse,
  type TimeloopFile,
  USUAL_NAMES,
  WIDEST_FANOUT,
} from './timeloop-file.ts';

/** What Timeloop's files say of an accelerator. */
export interface ArchitectureReading {
  readonly architecture: Architecture;
  /** What the files say and the architecture does not, or how something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * The architecture of Timeloop's files, in the layout of 0.2 and 0.3: the tree under `architecture` (or `arch`) and the
 * energies under `ERT`, in one file or two. What its `architecture_constraints` bypass, if there are any, a level does not
 * hold. Called what the outermost node of the tree is called.
 *
 * - All instances of a component stand in a grid, `meshX` of them along X, where nothing is said all. A fan-out is what the
 *   grid of a level has more than that of the level above, along each axis.
 * - A row has `block-size` words, or else as many as `width` has; memories without a size are DRAM. Energies are per word,
 *   those of a row divided by its words.
 *
 * @param names what the constraints call the tensors
 * @throws InputError with file, line and column, if there is no architecture or no ERT, if they do not go together, or
 * if they have anything that the model does not cover.
 */
export function readTimeloopArchitecture(
  files: readonly TimeloopFile[],
  names: DataSpaceNames = USUAL_NAMES,
): ArchitectureReading {
  const parts = partsOf(files);
  const part = partIn(parts, 'architecture', 'arch');
  if (part === undefined) {
    const [{ file } = { file: undefined }] = files;
    const allowed = 'an architecture, in a file of Timeloop';
    const position = { line: 1, column: 1 };
    throw new InputError({ code: 'missing', path: ['architecture'], allowed, file, position });
  }
  const tables = partIn(parts, 'ERT');
  const table = tables
    ? readEnergyTable(tables.file)
    : failAt(part.file, { code: 'missing', path: ['ERT'], allowed: NO_ERT });
  const form = z.looseObject({ [part.key]: treeSchema });
  const read = readPart(part.file, form, (value) => treeReading(value[part.key]!, part.key, table));
  const constraints = partIn(parts, 'architecture_constraints');
  if (constraints === undefined) return read;
  const { architecture, notes } = read;
  const { holds, notes: constraintNotes } = holdsIn(constraints.file, architecture, names);
  const levels = architecture.levels.map((level) => ({
    ...level,
    holds: holds.get(level.name) ?? level.holds,
  }));
  return { architecture: { ...architecture, levels }, notes: [...notes, ...constraintNotes] };
}

const NO_ERT =
  'an energy reference table beside the architecture, here or in a file of its own, with an energy of read, write and ' +
  'update for each memory and of compute for the MAC, such as timeloop-model.ERT.yaml that Accelergy writes';

const subtree = z
  .array(z.unknown())
  .meta({ title: 'a list of one node, the layout of versions 0.2 and 0.3' });

/** The form of the part of a file under `architecture`. */
const treeSchema = z.looseObject({ subtree });

type Tree = z.output<typeof treeSchema>;

/** The form of a node of the tree. What stands below is looked at later, as deep as that may be. */
const nodeSchema = z.looseObject({
  name: z.string().min(1),
  attributes: z.record(z.string(), z.unknown()).nullish(),
  local: z.array(componentSchema).nullish(),
  subtree: subtree.nullish(),
});

type Node = z.output<typeof nodeSchema>;

function treeReading(tree: Tree, key: string, table: EnergyTable): ArchitectureReading {
  const nodes = nodesOf(tree, [key]);
  const components = nodes.flatMap(({ node: { local }, path, count }) =>
    ofEach(local ?? [], (component, i) => place(component, count, [...path, 'local', i])),
  );
  const storages = ofEach(
    components.filter(({ kind }) => kind === 'storage'),
    (one) => ({ ...one, ...storageOf(one.component, one.count, one.path) }),
  );
  const [mac, other] = components.filter(({ kind }) => kind === 'compute');
  if (mac === undefined || other !== undefined) throw wrongMacs(key, other);
  const compute = { ...mac, ...computeOf(mac.component, mac.count, mac.path) };
  refuse(levelProblems(storages, key));

  const units = [...storages, compute];
  const fanouts = ofEach(storages, (storage, i) => fanoutBetween(storage, units[i + 1]!));
  const levels = ofEach(storages, (storage, i) => levelOf(storage, fanouts[i], table));
  const macEnergy = computeEnergy(table, compute.name, [...compute.path, 'name']);
  const named = nodes.flatMap(({ node, name }) =>
    Object.keys(node.attributes ?? {}).map((attribute) => `${attribute} of ${name}`),
  );
  const left = units.flatMap(({ leftOut, name }) => leftOut.map((attribute) => `${attribute} of ${name}`));
  return {
    architecture: { name: nodes[0]!.name, wordBits: storages[0]!.wordBits, levels, macEnergy },
    notes: [
      ...leftOutNotes([...named, ...left]),
      ...wordNotes(storages),
      ...table.notes,
      ...unusedEnergyNotes(
        table,
        storages.map(({ name }) => name),
        compute.name,
      ),
    ],
  };
}

interface PlacedNode {
  readonly node: Node;
  /** Without its range. */
  readonly name: string;
  readonly path: Problem['path'];
  /** Instances of the node in the whole architecture. */
  readonly count: number;
}

/** The nodes from the root to the innermost: Timeloop knows one below each. */
function nodesOf({ subtree }: Tree, root: Problem['path']): PlacedNode[] {
  const nodes: PlacedNode[] = [];
  let below: readonly unknown[] = subtree;
  let path: Problem['path'] = [...root, 'subtree'];
  let instances = 1;
  while (below.length > 0 || nodes.length === 0) {
    if (below.length !== 1) {
      const found = `${below.length} nodes`;
      throw new InputError({ code: 'not-allowed', path, found, allowed: 'one node below each' });
    }
    path = [...path, 0];
    const node = checkedAt(nodeSchema, below[0], path);
    const { name, count } = componentName(node.name, [...path, 'name']);
    instances = counted(instances * count, [...path, 'name']);
    nodes.push({ node, name, path, count: instances });
    below = node.subtree ?? [];
    path = [...path, 'subtree'];
  }
  return nodes;
}

function counted(instances: number, path: Problem['path']): number {
  if (instances <= MOST_INSTANCES) return instances;
  const found = `${instances} instances`;
  throw new InputError({ code: 'out-of-range', path, found, allowed: `at most ${MOST_INSTANCES}` });
}

const MOST_INSTANCES = 1e12;

interface PlacedComponent {
  readonly component: Component;
  /** Without its range. */
  readonly name: string;
  readonly kind: 'storage' | 'compute';
  readonly path: Problem['path'];
  /** Instances by the ranges in names. */
  readonly count: number;
}

function place(component: Component, nodes: number, path: Problem['path']): PlacedComponent {
  const kind = kindOf(component);
  if (kind === undefined || kind === 'network') {
    const allowed =
      kind === 'network'
        ? 'a memory or arithmetic: the model knows words over a fan-out, but no networks of a class'
        : 'a class with DRAM, SRAM, regfile, smartbuffer or storage in its name, or mac or compute';
    throw new InputError({ code: 'not-allowed', path: [...path, 'class'], found: component.class, allowed });
  }
  const { name, count } = componentName(component.name, [...path, 'name']);
  return { component, name, kind, path, count: counted(nodes * count, [...path, 'name']) };
}

function wrongMacs(key: string, second: PlacedComponent | undefined): InputError {
  if (second === undefined) {
    const allowed = 'a component that computes, of a class with mac or compute in its name';
    return new InputError({ code: 'missing', path: [key], allowed });
  }
  const path = [...second.path, 'name'];
  const allowed = 'one component that computes';
  return new InputError({ code: 'not-allowed', path, found: second.component.name, allowed });
}

type PlacedStorage = PlacedComponent & Storage;

function levelProblems(storages: readonly PlacedStorage[], key: string): Problem[] {
  if (storages.length < 1 || storages.length > MOST_LEVELS) {
    const found = `${storages.length} memories`;
    return [{ code: 'out-of-range', path: [key], found, allowed: `1 to ${MOST_LEVELS}` }];
  }
  const names = storages.map(({ name }) => name);
  return storages.flatMap(({ name, path, mesh: { x, y } }, i): Problem[] => {
    const problem = (found: string, allowed: string): Problem[] => [
      { code: 'not-allowed', path: [...path, 'name'], found, allowed },
    ];
    if (names.indexOf(name) < i) return problem(name, 'a name that no other memory has');
    if (isTaken(name)) return problem(name, 'another name, as results could not be kept by this one');
    return i > 0 || x * y === 1
      ? []
      : problem(`${x * y} instances of ${name}`, 'one of the outermost memory');
  });
}

function fanoutBetween(
  { name, mesh }: PlacedStorage,
  inner: Pick<PlacedComponent, 'name' | 'path'> & { readonly mesh: Mesh },
): Fanout | undefined {
  const [x, y] = [inner.mesh.x / mesh.x, inner.mesh.y / mesh.y];
  if (x === 1 && y === 1) return undefined;
  const path = [...inner.path, 'name'];
  if (!Number.isInteger(x) || !Number.isInteger(y)) {
    const found = `${inner.mesh.x} × ${inner.mesh.y} of ${inner.name}`;
    const allowed = `a grid with as many along X and along Y as the ${mesh.x} × ${mesh.y} of ${name}, or a multiple (meshX says how many along X, by default all)`;
    throw new InputError({ code: 'not-allowed', path, found, allowed });
  }
  if (Math.max(x, y) <= WIDEST_FANOUT) return { x, y, energy: 0 };
  const found = `${x} × ${y} of ${inner.name} below each ${name}`;
  throw new InputError({
    code: 'out-of-range',
    path,
    found,
    allowed: `at most ${WIDEST_FANOUT} along an axis`,
  });
}

function levelOf(storage: PlacedStorage, fanout: Fanout | undefined, table: EnergyTable): MemoryLevel {
  const { name, path, rowWords, capacity, doubleBuffered, bandwidth } = storage;
  const { read, fill, update } = accessEnergy(table, name, [...path, 'name']);
  const energy = { read: read / rowWords, fill: fill / rowWords, update: update / rowWords };
  return { name, holds: TENSORS, capacity, doubleBuffered, energy, bandwidth, fanout };
}

const leftOutNotes = (attributes: readonly string[]): string[] =>
  attributes.length > 0 ? [`attributes that change no count are left out: ${attributes.join(', ')}`] : [];

function wordNotes(storages: readonly PlacedStorage[]): string[] {
  const rows = storages.filter(({ rowWords }) => rowWords > 1);
  const bits = new Set(storages.map(({ wordBits }) => wordBits));
  const listed = (one: (storage: PlacedStorage) => string, some: readonly PlacedStorage[]) =>
    some.map(one).join(', ');
  return [
    ...(rows.length > 0
      ? [
          `energies are divided by the words of a row, without rounding rows up: ${listed((one) => `${one.rowWords} of ${one.name}`, rows)}`,
        ]
      : []),
    ...(bits.size > 1
      ? [
          `words of several widths count alike: ${listed((one) => `${one.wordBits} bits of ${one.name}`, storages)}`,
        ]
      : []),
  ];
}
