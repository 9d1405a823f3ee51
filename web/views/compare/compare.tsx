import type { Division } from '../../../src/report/bars.ts';
import { Failure, Problems } from '../../parts/notice.tsx';
import { useWidth } from '../../parts/use-width.ts';
import { Working } from '../../parts/working.tsx';
import { setupOf } from '../../setup/setup.ts';
import { SetupPanel } from '../../setup/setup-panel.tsx';
import { useUrlState } from '../../url/address.ts';
import { analyst } from '../../work/analyst.ts';
import { useAnswer } from '../../work/use-answer.ts';
import { COMPARE_FIELDS } from './fields.ts';
import { Opened } from './opened.tsx';
import { Results } from './results.tsx';
import './compare.css';

/** Six dataflows on one network. */
export function Compare() {
  const { state, problems, set, link } = useUrlState('compare', COMPARE_FIELDS);
  const [results, width] = useWidth<HTMLDivElement>();
  const setup = setupOf(state);
  const address = link({ open: '' });
  const key = width === undefined ? undefined : JSON.stringify([setup, width, state.by]);
  const { value, answer, isCurrent, isWorking, progress } = useAnswer(key, (onProgress) =>
    analyst.ask(
      (api, told) => api.compare(setup, { width: width!, address, by: state.by }, told),
      onProgress,
    ),
  );
  return (
    <>
      <h1>Which dataflow needs least?</h1>
      <p class="lead">
        An accelerator spends far more energy on moving numbers than on multiplying them, and a dataflow says
        which numbers stay where. Here are six of them on one network, with the same storage area, every layer
        in its best mapping. A bar is the energy of one multiply-accumulate (MAC), divided by where the
        numbers are read and written: external memory (DRAM), global buffer (GLB), from one processing element
        (PE) to the next, register files (RF). Change anything, or open a bar to see the mapping behind it.
      </p>
      <Problems about="The link says what cannot be; that part of it is left out." problems={problems} />
      <div class="with-side">
        <SetupPanel setup={setup} set={set} choosesLayers />
        <div
          ref={results}
          class="results"
          aria-busy={isWorking}
          data-milliseconds={answer?.is === 'result' ? answer.milliseconds : undefined}
        >
          {answer?.is === 'refused' && (
            <Problems
              about={value && 'This cannot be mapped. What stands below is what was mapped before.'}
              problems={answer.problems}
            />
          )}
          {answer?.is === 'failed' && <Failure message={answer.message} />}
          {isWorking && <Working label="Mapping layers" progress={progress} onStop={() => analyst.stop()} />}
          {value && (
            <Results comparison={value} setup={setup} address={address} isCurrent={isCurrent}>
              <Divisions by={state.by} choose={(by) => set({ by })} />
            </Results>
          )}
        </div>
      </div>
      {state.open && isCurrent && <Opened setup={setup} open={state.open} close={address} />}
    </>
  );
}

const DIVISIONS = [
  ['level', 'by level of the hierarchy'],
  ['data', 'by type of data'],
] as const;

function Divisions({ by, choose }: { by: Division; choose: (by: Division) => void }) {
  return (
    <fieldset class="row">
      <legend>Bars of layers are divided</legend>
      {DIVISIONS.map(([division, name]) => (
        <button type="button" key={division} aria-pressed={division === by} onClick={() => choose(division)}>
          {name}
        </button>
      ))}
    </fieldset>
  );
}
