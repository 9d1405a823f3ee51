import type { AnalysisResult } from '../analysis/result.ts';
import { MEASURES } from './compare.ts';
import { threeDigits } from './format.ts';

/**
 * What a comparison comes to: `RS has the least energy: 6.95 per MAC. OSB follows with 1.55 times as much, and NLR is last
 * with 2.01 times.` Undefined where no dataflow runs every layer.
 */
export function headline({ objective, results }: AnalysisResult): string | undefined {
  const { goal, unit, ofNetwork } = MEASURES[objective];
  const running = results
    .flatMap(({ dataflow, total }) => (total === null ? [] : [{ dataflow, value: ofNetwork(total) }]))
    .sort((a, b) => a.value - b.value);
  const [best, next] = running;
  if (best === undefined) return undefined;
  const value = `${threeDigits(best.value)} ${unit}`;
  if (next === undefined) return `Only ${best.dataflow} can run every layer: its ${goal} is ${value}.`;
  const least = `${best.dataflow} has the ${goal}: ${value}.`;
  if (best.value === 0) return least;
  const times = ({ value }: { value: number }) => `${(value / best.value).toFixed(2)} times`;
  const last = running.at(-1)!;
  const rest = last === next ? '' : `, and ${last.dataflow} is last with ${times(last)}`;
  return `${least} ${next.dataflow} follows with ${times(next)} as much${rest}.`;
}
