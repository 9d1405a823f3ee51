import type { NestEvaluation } from '../loopnest/evaluate.ts';
import type { FoundNest, NestObjective } from '../loopnest/map-result.ts';
import { worthOf } from '../loopnest/search/worth.ts';
import { howMany, listed, shareText, threeDigits } from './format.ts';
import { limitNote } from './nest-notes.ts';

/** A number of a mapping beside that of the best. */
export interface Against {
  readonly value: number;
  readonly best: number;
  /** Of the value to the best's: 1 where they are equal; none where only the best's is 0. */
  readonly ratio: number | undefined;
}

/** What a mapping costs against the best one of the same problem on the same architecture. */
export interface NestAgainstBest {
  /** Of what was made small: energy, energy × cycles, or cycles. */
  readonly objective: Against;
  /** In the unit of the architecture. */
  readonly energy: Against;
  readonly cycles: Against;
  /** By part, outermost level first: what it takes, the best's, and what the mapping takes more (less than 0: less). */
  readonly parts: readonly { readonly name: string; readonly energy: Against; readonly more: number }[];
  /** The limits that the mapping breaks, each in a sentence that says by how much. */
  readonly broken: readonly string[];
  /** What comes out, in a sentence. */
  readonly says: string;
  /** Which part takes the most energy more than in the best mapping, in a sentence; none where no part does. */
  readonly pays: string | undefined;
}

/**
 * Compares a mapping with the best one.
 *
 * @param best what the search found for `objective`
 */
export function againstBest(
  evaluation: NestEvaluation,
  best: NestEvaluation,
  objective: NestObjective,
): NestAgainstBest {
  const [ours, theirs] = [evaluation, best].map(
    ({ energy, cycles }) => worthOf(objective, energy.total, cycles)[0],
  );
  const made = against(ours!, theirs!);
  const broken = evaluation.broken.map(limitNote);
  const parts = Object.entries(evaluation.energy.byLevel).map(([name, energy]) => {
    const other = best.energy.byLevel[name] ?? 0;
    return { name, energy: against(energy, other), more: energy - other };
  });
  return {
    objective: made,
    energy: against(evaluation.energy.total, best.energy.total),
    cycles: against(evaluation.cycles, best.cycles),
    parts,
    broken,
    says: sentence(made, objective, evaluation),
    pays: payment(parts, best.energy.total),
  };
}

/** Relative difference below which sums of energy may be equal but for rounding. */
const ROUNDING = 1e-9;

function against(value: number, best: number): Against {
  if (Math.abs(value - best) <= ROUNDING * best) return { value, best, ratio: 1 };
  return { value, best, ratio: best > 0 ? value / best : undefined };
}

/** The part that pays. Sums of energy that differ by rounding only are equal. */
function payment(parts: NestAgainstBest['parts'], total: number): string | undefined {
  const most = parts.reduce((a, b) => (b.more > a.more ? b : a));
  if (most.more <= ROUNDING * total) return undefined;
  const { name, energy, more } = most;
  const times =
    energy.ratio === undefined
      ? ''
      : `: ${threeDigits(energy.ratio)} times what it takes in the best mapping`;
  return `${name} pays the most${times}. That alone adds ${threeDigits((100 * more) / total)} % to the energy of the best.`;
}

const NAMES: Readonly<Record<NestObjective, string>> = {
  energy: 'energy',
  edp: 'energy × cycles',
  delay: 'cycles',
};

function sentence({ ratio }: Against, objective: NestObjective, { broken }: NestEvaluation): string {
  const what = NAMES[objective];
  const than = ratio === undefined ? `More ${what} than the best mapping` : ratioText(ratio, what);
  if (broken.length === 0) return `${than}.`;
  const levels = listed([...new Set(broken.map(({ level }) => level))]);
  return `${than}; but the machine cannot do it: it breaks limits of ${levels}.`;
}

function ratioText(ratio: number, what: string): string {
  if (ratio === 1) return `As good as the best mapping in ${what}`;
  const percent = threeDigits(Math.abs(100 * (ratio - 1)));
  return ratio >= 2
    ? `${threeDigits(ratio)} times the ${what} of the best mapping`
    : `${percent} % ${ratio > 1 ? 'more' : 'less'} ${what} than the best mapping`;
}

/** How sure the best mapping is, in sentences: whether it is proven, and what the search did. */
export function searchSays(
  { evaluation, search }: Pick<FoundNest, 'evaluation' | 'search'>,
  objective: NestObjective,
): readonly string[] {
  const { spaceSize, visited, proven, lowerBound, prunedBy } = search;
  const what = NAMES[objective];
  const mappings = spaceSize === 1 ? 'the only mapping' : `${inWords(spaceSize)} mappings`;
  const [worth] = worthOf(objective, evaluation.energy.total, evaluation.cycles);
  const gap = worth > 0 ? Math.max(0, 100 * (1 - lowerBound / worth)) : 0;
  const reasons = Object.entries(prunedBy)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, times]) => `${reason} ${times.toLocaleString('en')}`);
  return [
    proven
      ? `Proven: none of ${mappings} takes ${objective === 'delay' ? 'fewer' : 'less'} ${what}.`
      : `Not proven: the search was stopped. None of ${mappings} can take less than ${shareText(100 - gap)} % of the ${what} of this one.`,
    `The search evaluated ${visited.toLocaleString('en')} of them; the others it ruled out in groups.`,
    ...(reasons.length > 0 ? [`What ruled out groups, and how often: ${reasons.join(' · ')}.`] : []),
  ];
}

const long = new Intl.NumberFormat('en', {
  notation: 'compact',
  compactDisplay: 'long',
  maximumSignificantDigits: 3,
});

/** 3593716098 as `3.59 billion`. */
const inWords = (count: number): string =>
  count < 1e6 ? count.toLocaleString('en') : count < 1e15 ? long.format(count) : howMany(count);
