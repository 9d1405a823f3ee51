import type { NestObjective } from '../../../src/loopnest/map-result.ts';
import { searchSays } from '../../../src/report/nest-against-best.ts';
import type { Progress } from '../../../src/steps.ts';
import { Working } from '../../parts/working.tsx';
import type { Search } from './use-search.ts';

/** That the search goes on, and a way to be content with what it has found. */
export const Searching = ({ progress, onStop }: { progress: Progress | undefined; onStop: () => void }) => (
  <Working
    label={`Searching for the best mapping; at most ${Math.round((progress?.of ?? 0) / 1000) || '…'} s`}
    progress={progress}
    onStop={onStop}
  />
);

/** How sure the best mapping is, or why there is none. */
export function Certificate({ search, objective }: { search: Search; objective: NestObjective }) {
  if (!search.isCurrent) return null;
  const [layer] = search.value!.result.layers;
  if (!layer!.feasible) {
    const { message, rules } = layer!.reason;
    return (
      <div class="notice bad" role="alert">
        <p>There is no best mapping: {message}.</p>
        {rules.length > 0 && (
          <>
            <p>{rules.length === 1 ? 'The rule that leaves none:' : 'Rules that cannot hold together:'}</p>
            <ul>
              {rules.map((path) => (
                <li key={path.join()}>
                  <code>{path.join('.')}</code>
                </li>
              ))}
            </ul>
          </>
        )}
      </div>
    );
  }
  const [says, ...more] = searchSays(layer!, objective);
  return (
    <details class={layer!.search.proven ? 'proof' : 'proof open-end'}>
      <summary>
        <span role="status">{says}</span>
      </summary>
      {more.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {!layer!.search.proven && <p>More time, at the left, may find a better one, or prove this one.</p>}
    </details>
  );
}
