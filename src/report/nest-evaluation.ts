import type { MemoryLevel } from '../loopnest/architecture.ts';
import {
  type ConventionDifference,
  DIFFERENCE_CAUSES,
  type DifferenceCause,
} from '../loopnest/conventions.ts';
import type { Accesses } from '../loopnest/counts.ts';
import { TENSORS } from '../loopnest/problem.ts';
import type { Convention } from '../loopnest/walk.ts';
import { paper, sheetText, wrapped } from './columns.ts';
import { alike } from './format.ts';
import { conventionNote, limitNote, paddingNote } from './nest-notes.ts';
import { nestBlock, nestLegend } from './nest-text.ts';
import { type LevelView, nestView, type ShownNest } from './nest-view.ts';
import { type Cell, type Column, cells, NONE, type Row, type Sheet } from './sheet.ts';
import type { TableOptions } from './table.ts';

export interface NestEvaluationOptions extends TableOptions {
  /** Where the two conventions differ; default: nothing is said of it. */
  readonly differences?: readonly ConventionDifference[] | undefined;
}

/** One mapping for a terminal: the nest, the limits it breaks, what each level does, and what takes the time. */
export function nestEvaluationText(
  nest: ShownNest,
  { color, width = 120, differences }: NestEvaluationOptions,
): string {
  const on = paper(color, width);
  const { evaluation } = nest;
  const lines = (texts: readonly (string | undefined)[]) =>
    texts
      .filter((text) => text !== undefined)
      .map((text) => wrapped(text, width))
      .join('\n');
  const levels = nestView(nest);
  const sheets = [
    countsSheet(nest, levels),
    ...networkSheets(nest),
    ...timeSheets(nest, levels),
    ...differenceSheets(differences ?? []),
  ];
  const blocks = [
    nestBlock(nest, on),
    evaluation.broken.length > 0 && on.bold(lines(evaluation.broken.map(limitNote))),
    nestLegend(on),
    ...sheets.map((sheet) => sheetText(sheet, on)),
    lines([
      paceNote(nest),
      paddingNote(nest),
      conventionNote(evaluation.convention),
      differences?.length === 0 ? 'Both conventions count the same.' : undefined,
      ...differenceNotes(differences ?? []),
    ]),
  ];
  return `${blocks.filter(Boolean).join('\n\n')}\n`;
}

const left = (name: string, shrinks = false): Column => ({ name, align: 'left', shrinks });
const right = (name: string, unit?: string): Column => ({ name, unit, align: 'right' });

const exact = (words: number): string => words.toLocaleString('en');
/** 0 is easily overlooked among long numbers. */
const count = (words: number): Cell => (words === 0 ? { text: '0', look: 'none' } : { text: exact(words) });
const shareCell = (energy: number, total: number): Cell =>
  total > 0 ? { text: ((100 * energy) / total).toFixed(1) } : NONE;

const energyOf = ({ energy }: MemoryLevel, { reads, fills, updates }: Accesses): number =>
  energy.read * reads + energy.fill * fills + energy.update * updates;

/** What the row of a tensor at a level says; the MACs have neither tensor nor accesses. */
interface CountRow {
  readonly level: string;
  readonly tensor: string;
  readonly accesses: Accesses | undefined;
  readonly energy: number;
}

/** A row per level and tensor that it keeps, and one for the MACs. */
function countsSheet({ evaluation }: ShownNest, levels: readonly LevelView[]): Sheet {
  const { energy, macs } = evaluation;
  const rows = levels.flatMap(({ name, memory, instances, kept }): CountRow[] => {
    const level = instances > 1 ? `${name} × ${exact(instances)}` : name;
    if (memory === undefined)
      return [{ level, tensor: '', accesses: undefined, energy: energy.byLevel.MAC ?? 0 }];
    return TENSORS.flatMap((tensor) => {
      const accesses = kept[tensor];
      return accesses ? [{ level, tensor, accesses, energy: energyOf(memory, accesses) }] : [];
    });
  });
  const perMac = alike(rows.map((row) => row.energy / macs));
  return {
    title: 'Words',
    note: `of all instances in the whole run, as ${CONVENTION_NAMES[evaluation.convention]}; energy per MAC`,
    columns: [
      left('Level', true),
      left('Tensor'),
      right('Tile'),
      right('Reads'),
      right('Fills', 'from above'),
      right('Updates', 'from below'),
      right('Energy', 'per MAC'),
      right('Share', '%'),
    ],
    rows: rows.map(({ level, tensor, accesses, energy: own }, i): Row => {
      const name = rows[i - 1]?.level === level ? '' : level;
      const numbers = accesses
        ? [accesses.tile, accesses.reads, accesses.fills, accesses.updates].map(count)
        : [NONE, NONE, NONE, NONE];
      return [...cells(name, tensor), ...numbers, { text: perMac(own / macs) }, shareCell(own, energy.total)];
    }),
  };
}

const CONVENTION_NAMES: Readonly<Record<Convention, string>> = {
  true: 'the loops move them',
  timeloop: 'Timeloop counts them',
};

/** Words over the networks of a machine. */
function networkSheets({ architecture, evaluation }: ShownNest): readonly Sheet[] {
  const { energy, macs } = evaluation;
  const networks = architecture.levels.flatMap(({ name, fanout }) =>
    fanout === undefined
      ? []
      : TENSORS.map((tensor) => {
          const words = evaluation.network[name]![tensor];
          return { name, tensor, words, energy: fanout.energy * words };
        }),
  );
  if (networks.length === 0) return [];
  const perMac = alike(networks.map((network) => network.energy / macs));
  return [
    {
      title: 'Networks',
      note: 'words that reach an instance below a level, or leave one',
      columns: [
        left('Below', true),
        left('Tensor'),
        right('Words'),
        right('Energy', 'per MAC'),
        right('Share', '%'),
      ],
      rows: networks.map(
        ({ name, tensor, words, energy: own }, i): Row => [
          ...cells(networks[i - 1]?.name === name ? '' : name, tensor),
          count(words),
          { text: perMac(own / macs) },
          shareCell(own, energy.total),
        ],
      ),
    },
  ];
}

/** How long each level is busy, where there is one that cannot move as many words in a cycle as it may be asked to. */
function timeSheets({ evaluation }: ShownNest, levels: readonly LevelView[]): readonly Sheet[] {
  const { cyclesByLevel } = evaluation;
  const limited = levels.flatMap(({ name, memory, instances, kept }) =>
    memory?.bandwidth
      ? [{ name, instances, bandwidth: memory.bandwidth, accesses: Object.values(kept) }]
      : [],
  );
  if (limited.length === 0) return [];
  const port = (words: number, bandwidth: number | undefined): Row => [
    count(Math.ceil(words)),
    bandwidth === undefined ? NONE : { text: String(bandwidth) },
  ];
  return [
    {
      title: 'Cycles',
      note: 'words of one instance in the whole run, and how many it moves in a cycle',
      columns: [
        left('Level', true),
        right('Read', 'words'),
        right('', 'per cycle'),
        right('Written', 'words'),
        right('', 'per cycle'),
        right('Cycles'),
      ],
      rows: [
        ...limited.map(({ name, instances, bandwidth: { read, write }, accesses }): Row => {
          const sum = (of: (one: Accesses) => number) =>
            accesses.reduce((words, one) => words + of(one), 0) / instances;
          const [out, into] = [sum(({ reads }) => reads), sum(({ fills, updates }) => fills + updates)];
          return [...cells(name), ...port(out, read), ...port(into, write), count(cyclesByLevel[name]!)];
        }),
        [...cells('MAC'), NONE, NONE, NONE, NONE, count(cyclesByLevel.MAC!)],
      ],
    },
  ];
}

/** What the cycles come from. */
function paceNote({ evaluation }: ShownNest): string {
  const { cycles, slowest, cyclesByLevel } = evaluation;
  return slowest === 'MAC'
    ? `The MACs set the pace: ${exact(cycles)} cycles.`
    : `The bandwidth of ${slowest} sets the pace: ${exact(cycles)} cycles; the MACs alone would take ${exact(cyclesByLevel.MAC!)}.`;
}

const CAUSES: Readonly<Record<DifferenceCause, string>> = {
  'start-over': 'inner loops start over',
  'partial-overlap': 'a part is still there',
};

/** A row per count that is not the same in both conventions. */
function differenceSheets(differences: readonly ConventionDifference[]): readonly Sheet[] {
  const rows = differences.flatMap(({ level, tensor, counts, causes }) =>
    (['reads', 'fills', 'updates'] as const).flatMap((kind): Row[] => {
      const [ours, theirs] = [counts.true[kind], counts.timeloop[kind]];
      if (ours === theirs) return [];
      const because = causes.map((cause) => CAUSES[cause]).join(', ');
      return [[...cells(level, tensor, kind), count(ours), count(theirs), ...cells(because)]];
    }),
  );
  if (rows.length === 0) return [];
  return [
    {
      title: 'Where the conventions differ',
      note: 'in words: as the loops move them, and as Timeloop counts them',
      columns: [
        left('Level', true),
        left('Tensor'),
        left('Count'),
        right('true'),
        right('timeloop'),
        left('because'),
      ],
      rows,
    },
  ];
}

const CAUSE_NOTES: Readonly<Record<DifferenceCause, string>> = {
  'start-over':
    'Inner loops start over: where an outer loop steps, all loops inside go back to their beginning; Timeloop takes them back by one step only.',
  'partial-overlap':
    'A part is still there: the next tile shares words with the last, which the loops do not bring again; Timeloop brings the tile whole.',
};

/** What the causes of the differences mean. */
const differenceNotes = (differences: readonly ConventionDifference[]): readonly string[] =>
  DIFFERENCE_CAUSES.filter((cause) => differences.some(({ causes }) => causes.includes(cause))).map(
    (cause) => CAUSE_NOTES[cause],
  );
