import { macUnits } from '../loopnest/architecture.ts';
import type { MappedLayer, NestObjective, NetworkMapping } from '../loopnest/map-result.ts';
import { type Paper, paper, sheetText, wrapped } from './columns.ts';
import { alike, howMany, inMillions, listed, printable, shareText, threeDigits } from './format.ts';
import { conventionNote, limitNote, paddingNote } from './nest-notes.ts';
import { nestBlock, nestLegend } from './nest-text.ts';
import { type MappedNetwork, nestsOf } from './nest-view.ts';
import { type Cell, type Column, cells, NONE, type Row, type Sheet } from './sheet.ts';
import type { TableOptions } from './table.ts';

export interface NestTableOptions extends TableOptions {
  /** Whether the loops of every layer are shown. Default: of a single layer. */
  readonly nests?: boolean | undefined;
}

/** The mapping of a network for a terminal: the layers, their loop nests if wanted, and what there is to know of them. */
export function nestTable(mapped: MappedNetwork, options: NestTableOptions): string {
  const { color, width = 120, nests = mapped.result.layers.length === 1 } = options;
  const on = paper(color, width);
  const lines = (texts: readonly string[]) => texts.map((text) => wrapped(text, width)).join('\n');
  const [network, ...facts] = mappingHeading(mapped.result).map(printable);
  const blocks = [
    [on.bold(network!), ...facts].join(' · '),
    ...nestSheets(mapped, width).map((sheet) => sheetText(sheet, on)),
    ...(nests ? nestBlocks(mapped, on) : []),
    lines(mappingNotes(mapped)),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

function nestBlocks(mapped: MappedNetwork, on: Paper): readonly string[] {
  const blocks = nestsOf(mapped).map((nest) => nestBlock(nest, on));
  return blocks.length > 0 ? [...blocks, nestLegend(on)] : [];
}

const GOALS: Readonly<Record<NestObjective, string>> = {
  energy: 'least energy',
  edp: 'least energy × delay',
  delay: 'least delay',
};

/** What was mapped, onto what, towards what. */
const mappingHeading = ({
  network,
  batch,
  hardware,
  objective,
  constraints,
  factors,
}: NetworkMapping): readonly string[] => [
  network,
  `batch ${batch}`,
  hardware,
  GOALS[objective],
  `constraints ${constraints}`,
  ...(factors === 'imperfect' ? ['imperfect factors'] : []),
];

type FeasibleLayer = Extract<MappedLayer, { feasible: true }>;
const isFeasible = (layer: MappedLayer): layer is FeasibleLayer => layer.feasible;

const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });
const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/** What is said of a layer or of all, beside its energy by level. */
interface Totals {
  readonly macs: number;
  readonly energy: number;
  readonly cycles: number;
  readonly visited: number;
  readonly byLevel: Readonly<Record<string, number>>;
}

const totalsOf = ({ macs, evaluation, search }: FeasibleLayer): Totals => ({
  macs,
  energy: evaluation.energy.total,
  cycles: evaluation.cycles,
  visited: search.visited,
  byLevel: evaluation.energy.byLevel,
});

function together(parts: readonly Totals[]): Totals {
  const of = (key: 'macs' | 'energy' | 'cycles' | 'visited') => sum(parts.map((part) => part[key]));
  const levels = Object.keys(parts[0]?.byLevel ?? {});
  return {
    macs: of('macs'),
    energy: of('energy'),
    cycles: of('cycles'),
    visited: of('visited'),
    byLevel: Object.fromEntries(
      levels.map((name) => [name, sum(parts.map(({ byLevel }) => byLevel[name]!))]),
    ),
  };
}

/** Characters of the first table without the names of layers and the shares of levels. */
const OTHER_COLUMNS = 66;
/** Characters that the name of a layer should have. */
const ROOM_FOR_NAME = 24;

/** The tables of a mapped network. */
function nestSheets(mapped: MappedNetwork, width: number): readonly Sheet[] {
  const { layers } = mapped.result;
  const feasible = layers.filter(isFeasible);
  const shares = shareColumns(feasible);
  const names = Math.max(...layers.map(({ name }) => Math.min(name.length, ROOM_FOR_NAME)), 0);
  const levels = sum(shares.columns.map(({ name, unit = '' }) => 2 + Math.max(5, name.length, unit.length)));
  const isOne = names + levels + OTHER_COLUMNS <= width;
  return [
    layersSheet(mapped, isOne ? shares : undefined),
    ...(isOne || feasible.length === 0
      ? []
      : [
          {
            title: 'Where the energy goes',
            note: '% of the energy of the layer',
            columns: [left('Layer', true), ...shares.columns],
            rows: feasible.map((layer) => [{ text: layer.name }, ...shares.row(totalsOf(layer))]),
            ...(feasible.length > 1 && {
              foot: [{ text: 'all layers' }, ...shares.row(together(feasible.map(totalsOf)))],
            }),
          },
        ]),
  ];
}

/** What the network below a level is called. */
const NETWORK = ' network';

interface Shares {
  readonly columns: readonly Column[];
  readonly row: (totals: Totals) => Row;
}

/** A column per level, network that is not free, and MACs: its share of the energy. */
function shareColumns(layers: readonly FeasibleLayer[]): Shares {
  const { byLevel } = together(layers.map(totalsOf));
  const names = Object.keys(byLevel).filter((name) => !name.endsWith(NETWORK) || byLevel[name]! > 0);
  return {
    columns: names.map((name) =>
      name.endsWith(NETWORK) ? right(name.slice(0, -NETWORK.length), 'network') : right(name, '%'),
    ),
    row: ({ energy, byLevel }) =>
      names.map((name) => (energy > 0 ? { text: ((100 * byLevel[name]!) / energy).toFixed(1) } : NONE)),
  };
}

/** A row per layer: what its best mapping comes to, and how sure that is the best. */
function layersSheet({ result, architecture }: MappedNetwork, shares: Shares | undefined): Sheet {
  const { layers, objective } = result;
  const feasible = layers.filter(isFeasible);
  const perMac = alike(feasible.map(({ evaluation }) => evaluation.energy.perMac));
  const busy = ({ macs, cycles }: Totals) => shareText((100 * macs) / (cycles * macUnits(architecture)));
  const row = (name: string, totals: Totals, ...rest: readonly string[]): Row => [
    ...cells(
      name,
      inMillions(totals.macs),
      perMac(totals.energy / totals.macs),
      inMillions(totals.cycles),
      busy(totals),
    ),
    ...(shares?.row(totals) ?? []),
    ...cells(...rest),
  ];
  return {
    title: 'Layers',
    note: 'energy in the unit of the architecture, its shares in %; slowest: what sets the pace',
    columns: [
      left('Layer', true),
      right('MACs'),
      right('Energy', 'per MAC'),
      right('Cycles'),
      right('Busy', '% of MACs'),
      ...(shares?.columns ?? []),
      left('Slowest', true),
      right('Mappings', 'visited'),
      left('Search'),
    ],
    rows: layers.map((layer): Row => {
      if (!layer.feasible) {
        const nothing = Array.from({ length: 3 + (shares?.columns.length ?? 0) }, () => NONE);
        return [...cells(layer.name, inMillions(layer.macs)), ...nothing, NONE, NONE, NO_MAPPING];
      }
      const { evaluation, search } = layer;
      return row(
        layer.name,
        totalsOf(layer),
        evaluation.slowest,
        howMany(search.visited),
        search.proven ? 'proven' : `gap ${gapText(layer, objective)} %`,
      );
    }),
    ...(layers.length > 1 &&
      feasible.length > 0 && {
        foot: row(
          feasible.length < layers.length ? `${feasible.length} of ${layers.length} layers` : 'all layers',
          together(feasible.map(totalsOf)),
          '',
          howMany(sum(feasible.map(({ search }) => search.visited))),
          provenText(feasible),
        ),
      }),
  };
}

function provenText(layers: readonly FeasibleLayer[]): string {
  const open = layers.filter(({ search }) => !search.proven).length;
  return open === 0 ? 'proven' : `${open} not proven`;
}

const NO_MAPPING: Cell = { text: 'none', look: 'none' };

/** How much better than what was found another mapping may be at most, in % of what was found, rounded up. */
function gapText({ evaluation, search }: FeasibleLayer, objective: NestObjective): string {
  const { energy, cycles } = evaluation;
  const value = { energy: energy.total, edp: energy.total * cycles, delay: cycles }[objective];
  const gap = value > 0 ? 100 * (1 - search.lowerBound / value) : 0;
  return (Math.ceil(Math.max(0, gap) * 10 - 1e-6) / 10).toFixed(1);
}

/** Layers that are named one by one. */
const MOST_NAMED = 5;

/** What is to be known beside the tables. */
function mappingNotes(mapped: MappedNetwork): readonly string[] {
  const { layers, objective, convention } = mapped.result;
  const unproven = layers.filter(isFeasible).filter(({ search }) => !search.proven);
  const paddings = nestsOf(mapped).flatMap((nest) => {
    const note = paddingNote(nest);
    return note === undefined ? [] : [`${nest.problem.name}: ${note}`];
  });
  const others = paddings.length - MOST_NAMED;
  return [
    ...unmappedNotes(layers),
    ...(unproven.length > 0 ? [unprovenNote(unproven, objective)] : []),
    ...paddings.slice(0, MOST_NAMED),
    ...(others > 0 ? [`The factors of ${others} more layers pad them; the JSON document tells how.`] : []),
    ...[conventionNote(convention)].filter((note) => note !== undefined),
  ];
}

type UnmappedLayer = Extract<MappedLayer, { feasible: false }>;

/** Why layers have no mapping, in sentences; none where all have one. */
export function unmappedNotes(layers: readonly MappedLayer[]): readonly string[] {
  const without = layers.filter((layer) => !layer.feasible);
  const isLate = ({ reason }: UnmappedLayer) => reason.limit === 'time';
  return [
    ...without.filter((layer) => !isLate(layer)).map(noMappingNote),
    ...lateNotes(without.filter(isLate)),
  ];
}

/** Why a layer has no mapping, with the rules and limits that are to blame. */
function noMappingNote({ name, reason }: UnmappedLayer): string {
  const rules = reason.rules.map((path) => path.join('.')).filter((rule) => !reason.message.includes(rule));
  // Limits say all that the sentence does
  const cause = reason.limit === 'architecture' ? 'it does not fit.' : reason.message.replace(/\.?$/, '.');
  return [
    `${name} cannot be mapped: ${cause}`,
    ...(rules.length > 0 ? [`Rules: ${listed(rules)}.`] : []),
    ...reason.broken.map(limitNote),
  ].join(' ');
}

function lateNotes(layers: readonly UnmappedLayer[]): readonly string[] {
  if (layers.length === 0) return [];
  const names = layers.map(({ name }) => name);
  const more = names.length - MOST_NAMED;
  const who = more > 0 ? [...names.slice(0, MOST_NAMED), `${more} more layers`] : names;
  return [`No mapping was found in the time given for ${listed(who)}.`];
}

function unprovenNote(layers: readonly FeasibleLayer[], objective: NestObjective): string {
  const bounds = layers.map(({ name, macs, search: { lowerBound } }) => {
    const bound = {
      energy: `${threeDigits(lowerBound / macs)} per MAC`,
      edp: `${threeDigits(lowerBound / macs ** 2)} per MAC²`,
      delay: `${inMillions(lowerBound)} cycles`,
    };
    return `${name} (none below ${bound[objective]})`;
  });
  const who = layers.length > MOST_NAMED ? `${layers.length} layers` : listed(bounds);
  return `Not proven for ${who}: the search was stopped. The gap is how much better another mapping may be at most.`;
}
