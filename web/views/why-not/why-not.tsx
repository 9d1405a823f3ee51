import { DATAFLOWS } from '../../../src/dataflow/registry.ts';
import { SelectField } from '../../parts/fields.tsx';
import { Failure, Problems } from '../../parts/notice.tsx';
import { Working } from '../../parts/working.tsx';
import { setupOf } from '../../setup/setup.ts';
import { SetupPanel } from '../../setup/setup-panel.tsx';
import { useUrlState } from '../../url/address.ts';
import { analyst } from '../../work/analyst.ts';
import { useAnswer } from '../../work/use-answer.ts';
import { WHY_NOT_FIELDS } from './fields.ts';
import { Verdict } from './verdict.tsx';
import './why-not.css';

/** A mapping changed by hand, held against the best one. */
export function WhyNot() {
  const { state, problems, set } = useUrlState('why-not', WHY_NOT_FIELDS);
  const setup = setupOf(state);
  const { layer, dataflow, mapping } = state;
  const question = { setup, layer, dataflow, mapping };
  const { value, answer, isWorking } = useAnswer(JSON.stringify(question), () =>
    analyst.ask((api) => api.byHand(question)),
  );
  const layers = value?.layers ?? [];
  // One that the network has not is still what the address says
  const shown = layer || value?.byHand.layer || '';
  const options = layers.includes(shown) ? layers : [shown, ...layers];
  return (
    <>
      <h1>Why not another mapping?</h1>
      <p class="lead">
        A mapping gives a number to each letter of a dataflow: how many filters, images, channels or pixels
        stand where at a time. Larger numbers reuse more, until a buffer is full or the PEs run out. Here is
        the best mapping of a layer. Change a number and see which limit breaks, by how much, and what it
        costs against the best.
      </p>
      <Problems about="The link says what cannot be; that part of it is left out." problems={problems} />
      <div class="with-side">
        <div>
          <div class="panel chosen">
            <SelectField
              label="Layer"
              value={shown}
              options={options.map((name) => [name, name] as const)}
              onChange={(name) => set({ layer: name, mapping: {} })}
            />
            <SelectField
              label="Dataflow"
              value={dataflow}
              options={DATAFLOWS.map(({ name, title }) => [name, `${name}: ${title}`] as const)}
              onChange={(name) => set({ dataflow: name, mapping: {} })}
            />
          </div>
          <SetupPanel
            setup={setup}
            set={(change) => set('net' in change ? { ...change, layer: '', mapping: {} } : change)}
          />
        </div>
        <div class="results" aria-busy={isWorking}>
          {answer?.is === 'refused' && (
            <>
              <Problems
                about={value && 'This mapping cannot be. What stands below is the one before.'}
                problems={answer.problems}
              />
              <button type="button" onClick={() => set({ mapping: {}, layer: '' })}>
                Start from the best mapping
              </button>
            </>
          )}
          {answer?.is === 'failed' && <Failure message={answer.message} />}
          {isWorking && <Working label="Looking for the best mapping" onStop={() => analyst.stop()} />}
          {value && (
            <Verdict
              byHand={value.byHand}
              chart={value.chart}
              change={(changed) => set({ layer: value.byHand.layer, mapping: changed })}
            />
          )}
        </div>
      </div>
    </>
  );
}
