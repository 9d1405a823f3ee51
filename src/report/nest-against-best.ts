import type { NestEvaluation } from '../loopnest/evaluate.ts';
import type { NestObjective } from '../loopnest/map-result.ts';
import { worthOf } from '../loopnest/search/worth.ts';
import { listed, threeDigits } from './format.ts';
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
  return {
    objective: made,
    energy: against(evaluation.energy.total, best.energy.total),
    cycles: against(evaluation.cycles, best.cycles),
    parts: Object.entries(evaluation.energy.byLevel).map(([name, energy]) => {
      const other = best.energy.byLevel[name] ?? 0;
      return { name, energy: against(energy, other), more: energy - other };
    }),
    broken,
    says: sentence(made, objective, evaluation),
  };
}

/** Relative difference below which sums of energy may be equal but for rounding. */
const ROUNDING = 1e-9;

function against(value: number, best: number): Against {
  if (Math.abs(value - best) <= ROUNDING * best) return { value, best, ratio: 1 };
  return { value, best, ratio: best > 0 ? value / best : undefined };
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
