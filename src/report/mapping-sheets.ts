import type { LimitUse, ParameterByHand } from '../analysis/by-hand.ts';
import type { FeasibleLayer } from '../analysis/result.ts';
import type { ReuseFactors } from '../dataflow/reuse.ts';
import { DATA_TYPES, LEVELS } from '../hardware/energy.ts';
import type { SearchReport } from '../search/search.ts';
import { DATA_NAMES } from './analysis-data.ts';
import { alike, howMany, inMillions, listed, upToThreeDigits } from './format.ts';
import { cells, type Sheet } from './sheet.ts';

type Mapped = Pick<FeasibleLayer, 'macs' | 'accesses' | 'energy' | 'reuse'>;

/** The parameters of a mapping, what each counts, and how far it could go by itself. */
export const parametersSheet = (parameters: readonly ParameterByHand[]): Sheet => ({
  title: 'Mapping',
  note: 'one number for each letter of the dataflow',
  columns: [
    { name: '', align: 'left' },
    { name: 'Value', align: 'right' },
    { name: 'of', align: 'right' },
    { name: 'Most', unit: 'that fits', align: 'right' },
    { name: 'What it counts', align: 'left' },
  ],
  rows: parameters.map(({ name, value, most, means, largest }) =>
    cells(name, String(value), String(most), largest === null ? '—' : String(largest), means),
  ),
});

/** What the mapping needs of each limit. */
export const limitsSheet = (limits: readonly LimitUse[]): Sheet => ({
  title: 'Limits',
  note: 'what the mapping needs, of what there is',
  columns: [
    { name: 'Limit', align: 'left' },
    { name: 'Needed', align: 'right' },
    { name: 'Available', align: 'right' },
    { name: '', align: 'left' },
    { name: 'Full', unit: '%', align: 'right' },
  ],
  rows: limits.map(({ name, needed, available, unit, fill }) =>
    cells(limitName(name), whole(needed), whole(available), unit, fullText(fill)),
  ),
});

/** A limit of which at least so much is used is named as one that keeps the mapping from growing. */
const NEARLY_FULL = 0.9;

/** Which limits a mapping is up against, in a sentence; undefined where none is nearly full. */
export function limitedBy(limits: readonly LimitUse[]): string | undefined {
  const full = limits.filter(({ fill }) => fill >= NEARLY_FULL).sort((a, b) => b.fill - a.fill);
  if (full.length === 0) return undefined;
  return `It is limited by ${listed(full.map(({ name, fill }) => `${limitName(name)} (${fullText(fill)} % full)`))}.`;
}

const limitName = (name: string): string => LIMIT_NAMES[name] ?? name;
const LIMIT_NAMES: Readonly<Record<string, string>> = { glb: 'GLB', rf: 'RF', pes: 'PEs' };
const whole = (value: number): string => Math.ceil(value).toLocaleString('en-US');
const fullText = (fill: number): string => (Number.isFinite(fill) ? (100 * fill).toFixed(1) : '∞');

/** How often the average value is used at each level: the factors of Eq. (3) and (4). */
export const reuseSheet = ({ reuse }: Mapped): Sheet => ({
  title: 'Reuse',
  note: 'how often the average value is used: a · b · c · d in all, Eq. (3) and (4)',
  columns: [
    { name: '', align: 'left' },
    { name: 'a', unit: 'at the DRAM', align: 'right' },
    { name: 'b', unit: 'at the GLB', align: 'right' },
    { name: 'c', unit: 'over the array', align: 'right' },
    { name: 'd', unit: 'at the RF', align: 'right' },
    { name: 'uses', align: 'right' },
  ],
  rows: DATA_TYPES.map((data) => {
    const { a, b, c, d }: ReuseFactors = reuse[data];
    return cells(DATA_NAMES[data], ...[a, b, c, d, a * b * c * d].map(upToThreeDigits));
  }),
});

const LEVEL_HEADS = { dram: 'DRAM', glb: 'GLB', array: 'array', rf: 'RF' } as const;

/** Words of each type that are read and written at each level, and what a MAC spends there. */
export function accessesSheet({ macs, accesses, energy }: Mapped): Sheet {
  const write = alike([energy.perMac]);
  const perMac = (value: number) => write(value / macs);
  const { byLevel, byData, total } = energy;
  return {
    title: 'Traffic',
    note: 'words read and written at each level; energy per MAC',
    columns: [
      { name: '', align: 'left' },
      ...DATA_TYPES.map((data) => ({ name: DATA_NAMES[data], unit: 'words', align: 'right' as const })),
      { name: 'Energy', unit: 'per MAC', align: 'right' },
    ],
    rows: [
      ...LEVELS.map((level) =>
        cells(
          LEVEL_HEADS[level],
          ...DATA_TYPES.map((data) => inMillions(accesses[level][data])),
          perMac(byLevel[level]),
        ),
      ),
      cells('ALU', '—', '—', '—', perMac(byLevel.alu)),
    ],
    foot: cells('energy per MAC', ...DATA_TYPES.map((data) => perMac(byData[data])), perMac(total)),
  };
}

const REASONS: Readonly<Record<string, string>> = {
  glb: 'do not fit in the GLB',
  rf: 'do not fit in the RF',
  pes: 'need more PEs than there are',
  channels: 'work on more channels than there are',
  filters: 'work on more filters than share the GLB',
  dominated: 'have one close by that is at least as good',
  bound: 'are in boxes of mappings that cannot beat the best, as a bound shows',
  unexplored: 'were left out as the search was told to stop',
};

/** Why a mapping is the best: where all the others went, in sentences. */
export function proofOf({ spaceSize, visited, prunedBy, boxes, proven }: SearchReport): readonly string[] {
  const reasons = Object.entries(prunedBy)
    .filter(([, mappings]) => mappings > 0)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, mappings]) => `${howMany(mappings)} ${REASONS[reason] ?? reason}.`);
  const computed =
    visited === 1 ? 'The cost of 1 was computed' : `The costs of ${howMany(visited)} were computed`;
  return [
    `There are ${howMany(spaceSize)} mappings of this layer. ${computed}; all others are accounted for:`,
    ...reasons,
    proven
      ? `So none is better: proven, with bounds on ${howMany(boxes)} boxes of mappings.`
      : 'A better one may be among those that were left out: not proven.',
  ];
}
