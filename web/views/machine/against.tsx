import { NO_CONSTRAINTS } from '../../../src/loopnest/constraints.ts';
import { upToThreeDigits } from '../../../src/report/format.ts';
import type { SearchTask, Shown } from './search.ts';
import type { Search } from './use-search.ts';

/** A mapping made by hand against the best: what it costs, which level pays, and which limits break. */
export function Against({ shown, search }: { shown: Shown; search: Search }) {
  const { says, pays, broken, parts, energy, cycles, objective } = shown.against!;
  const isBetter = objective.ratio !== undefined && objective.ratio < 1 && broken.length === 0;
  return (
    <div class={broken.length > 0 ? 'verdict broken' : 'verdict'} role="status">
      <p>{says}</p>
      {pays && <p class="pays">{pays}</p>}
      <Broken sentences={broken} />
      {isBetter && search.best && (
        <p class="pays">{howCome(search.best.search.proven, search.value!.task)}</p>
      )}
      <details>
        <summary>Part by part</summary>
        <section class="scroll" aria-label="Energy of each part, against the best" tabIndex={0}>
          <table>
            <thead>
              <tr>
                <th scope="col">energy</th>
                <th scope="col" class="right">
                  by hand
                </th>
                <th scope="col" class="right">
                  the best
                </th>
                <th scope="col" class="right">
                  times
                </th>
              </tr>
            </thead>
            <tbody>
              {[...parts, { name: 'all', energy }, { name: 'cycles', energy: cycles }].map(
                ({ name, energy: { value, best, ratio } }) => (
                  <tr key={name}>
                    <th scope="row">{name}</th>
                    <td class="right">{value.toLocaleString('en')}</td>
                    <td class="right">{best.toLocaleString('en')}</td>
                    <td class="right">{ratio === undefined ? '—' : upToThreeDigits(ratio)}</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </section>
      </details>
    </div>
  );
}

/** The limits that a mapping breaks. */
export const Broken = ({ sentences }: { sentences: readonly string[] }) => (
  <ul class="broken-limits">
    {sentences.map((sentence) => (
      <li key={sentence}>{sentence}</li>
    ))}
  </ul>
);

/** Why a mapping made by hand can be better than what the search found. */
function howCome(isProven: boolean, { constraints, factors }: SearchTask): string {
  if (!isProven) return 'The search was not finished: this one is better than the best that it had found.';
  const kept = [
    ...(constraints.buffers === 'kept' ? ['each buffer keeps all that it can hold'] : []),
    ...(constraints.axes === 'one' ? ['a loop is unrolled along one axis only'] : []),
    ...(factors === 'perfect' ? ['factors divide'] : []),
    ...(Object.keys(constraints.levels).length > 0 ? [`the rules of ${constraints.name} hold`] : []),
  ];
  return `Better than the best? The best is that of a space in which ${kept.join(', and ')}; this mapping lies outside of it. Let the search go there, too: at the left, under ${constraints.name === NO_CONSTRAINTS.name ? '' : 'Constraints or '}“The search may also”.`;
}
