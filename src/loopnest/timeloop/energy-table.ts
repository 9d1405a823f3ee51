import { z } from 'zod';
import { InputError, type Problem } from '../../input-error.ts';
import { nearestWord } from '../../nearest-word.ts';
import type { AccessEnergy } from '../architecture.ts';
import { listed, readPart, type TimeloopFile } from './timeloop-file.ts';

/** An energy reference table (ERT): the energy of each action of each component, by their names. */
export interface EnergyTable {
  readonly energies: ReadonlyMap<string, ReadonlyMap<string, number>>;
  /** How something was taken; a line each. */
  readonly notes: readonly string[];
}

/**
 * The table under the key `ERT` of a file, in the layout of 0.2 or 0.3. Of several energies of an action, which differ by
 * its arguments, the largest counts, as in Timeloop.
 *
 * @throws InputError with file, line and column, if there is none, or if it has energies of wires, which are of no level.
 */
export const readEnergyTable = (file: TimeloopFile): EnergyTable =>
  readPart(file, energyFileSchema, ({ ERT: { tables } }) => {
    const all = Array.isArray(tables) ? tables.map(ofList) : Object.entries(tables).map(ofMapping);
    const energies = new Map<string, ReadonlyMap<string, number>>();
    const notes: string[] = [];
    const several: string[] = [];
    for (const { component, path, actions } of all) {
      refuseWire(component, actions, path);
      if (energies.has(component)) notes.push(`${component} has two tables in the ERT: the last counts`);
      const least = chosen(actions, Math.min);
      const most = chosen(actions, Math.max);
      energies.set(component, most);
      for (const [action, energy] of most) {
        if (energy > least.get(action)!) several.push(`${action} of ${component}`);
      }
    }
    if (several.length > 0) notes.push(`of several energies, the largest counts: ${listed(several)}`);
    return { energies, notes };
  });

const word = z.string().min(1);
const energy = z.number().min(0).max(1e12);

const entry = z.looseObject({ energy });

/** The form of the part of a file under `ERT`. */
const energyFileSchema = z.looseObject({
  ERT: z.looseObject({
    tables: z
      .union([
        z.array(
          z.looseObject({ name: word, actions: z.array(z.looseObject({ name: word, energy })).max(1000) }),
        ),
        z.record(word, z.record(word, z.union([entry, z.array(entry)]))),
      ])
      .meta({ title: 'a list of tables, each with name and actions' }),
  }),
});

type Tables = z.output<typeof energyFileSchema>['ERT']['tables'];
type ListedTable = Extract<Tables, readonly unknown[]>[number];
type MappedTable = Exclude<Tables, readonly unknown[]>[string];

/** A table, with the energy of each action as often as it is given. */
interface Table {
  readonly component: string;
  readonly path: Problem['path'];
  readonly actions: readonly (readonly [action: string, energy: number])[];
}

const TABLES = ['ERT', 'tables'];

const ofList = ({ name, actions }: ListedTable, i: number): Table => {
  const pairs = actions.map((one) => [one.name, one.energy] as const);
  return { component: lastName(name), path: [...TABLES, i, 'name'], actions: pairs };
};

const ofMapping = ([name, actions]: [string, MappedTable]): Table => {
  const pairs = Object.entries(actions).flatMap(([action, entries]) =>
    [entries].flat().map((one) => [action, one.energy] as const),
  );
  return { component: lastName(name), path: [...TABLES, name], actions: pairs };
};

/** `RF` of `system.PE[0..255].RF`. */
const lastName = (name: string): string =>
  name
    .replaceAll(/\[[^[\]]*\]/g, '')
    .split('.')
    .at(-1)!;

/** Timeloop takes this table for the wires of all networks. */
function refuseWire(component: string, actions: Table['actions'], path: Problem['path']): void {
  if (!isWire(component)) return;
  const transfer = actions.find(([action, energy]) => action === 'transfer_random' && energy > 0);
  if (transfer === undefined) return;
  const allowed = 'no energy of wires by their length, as the model has none';
  throw new InputError({ code: 'not-allowed', path, found: component, allowed });
}

/** Whether Timeloop takes a table of this name for wires. */
export const isWire = (component: string): boolean => component === 'wire' || component === 'Wire';

/** One energy of each action. */
function chosen(actions: Table['actions'], choose: (a: number, b: number) => number) {
  const energies = new Map<string, number>();
  for (const [action, energy] of actions) {
    energies.set(action, choose(energy, energies.get(action) ?? energy));
  }
  return energies;
}

/** The names of each kind of access, and of a MAC; the first that a table has counts, as in Timeloop. */
const ACTIONS = {
  read: ['random_read', 'read'],
  fill: ['random_fill', 'random_write', 'fill', 'write'],
  update: ['random_update', 'random_write', 'update', 'write'],
  compute: ['mac_random', 'mult_random', 'mac', 'mult', 'compute'],
} as const;

/** The energies of accesses of a storage level, each of a row of it. */
export const accessEnergy = (table: EnergyTable, component: string, path: Problem['path']): AccessEnergy => {
  const actions = actionsOf(table, component, path);
  const energyOf = (kind: 'read' | 'fill' | 'update') => energyIn(actions, component, kind, path);
  return { read: energyOf('read'), fill: energyOf('fill'), update: energyOf('update') };
};

/** The energy of a multiply-accumulate. */
export const computeEnergy = (table: EnergyTable, component: string, path: Problem['path']): number =>
  energyIn(actionsOf(table, component, path), component, 'compute', path);

function actionsOf({ energies }: EnergyTable, component: string, path: Problem['path']) {
  const actions = energies.get(component);
  if (actions !== undefined) return actions;
  const names = [...energies.keys()];
  const allowed = `a component of which the ERT has a table: ${listed(names)}`;
  const suggestion = nearestWord(component, names);
  throw new InputError({ code: 'not-allowed', path, found: component, allowed, suggestion });
}

function energyIn(
  actions: ReadonlyMap<string, number>,
  component: string,
  kind: keyof typeof ACTIONS,
  path: Problem['path'],
): number {
  const action = ACTIONS[kind].find((one) => actions.has(one));
  if (action !== undefined) return actions.get(action)!;
  const found = `${component} with ${listed(actions.keys())} in the ERT`;
  const allowed = `a table with the energy of a ${kind}: ${ACTIONS[kind].join(', ')}`;
  throw new InputError({ code: 'not-allowed', path, found, allowed });
}

/** Notes on what of a table costs nothing here, where `levels` and `mac` are the components that do. */
export function unusedEnergyNotes(
  { energies }: EnergyTable,
  levels: readonly string[],
  mac: string,
): string[] {
  const kinds = (component: string): (keyof typeof ACTIONS)[] => {
    if (component === mac) return ['compute'];
    return levels.includes(component) ? ['read', 'fill', 'update'] : [];
  };
  const components = [...energies].filter(([component]) => kinds(component).length === 0);
  const actions = [...energies].flatMap(([component, table]) => {
    const used = kinds(component).map((kind): string => ACTIONS[kind].find((one) => table.has(one))!);
    if (used.length === 0) return [];
    return [...table].flatMap(([action, energy]) => (energy > 0 && !used.includes(action) ? [action] : []));
  });
  return [
    ...(components.length > 0
      ? [`no level has these tables of the ERT: ${listed(components.map(([component]) => component))}`]
      : []),
    ...(actions.length > 0 ? [`no energy is counted for these actions: ${listed(new Set(actions))}`] : []),
  ];
}
