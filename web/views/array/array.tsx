import { Failure, Problems } from '../../parts/notice.tsx';
import { Working } from '../../parts/working.tsx';
import { useUrlState } from '../../url/address.ts';
import { useAnswer } from '../../work/use-answer.ts';
import { Choices } from './choices.tsx';
import { stageDesk } from './desks.ts';
import { Explained } from './explained.tsx';
import { ARRAY_FIELDS } from './fields.ts';
import { OnStage } from './on-stage.tsx';
import type { StageChoice } from './questions.ts';
import './array.css';

/** The chip running one layer, cycle by cycle. */
export function TheArray() {
  const { state, problems, set, link } = useUrlState('array', ARRAY_FIELDS);
  const { net, layer, batch, mapping, seed } = state;
  const choice: StageChoice = { net, layer, batch, mapping, seed };
  const { value, answer, isCurrent, isWorking, progress } = useAnswer(JSON.stringify(choice), (onProgress) =>
    stageDesk.ask((api, told) => api.open(choice, told), onProgress),
  );
  return (
    <>
      <h1>The array at work</h1>
      <p class="lead">
        The Eyeriss chip has 12 × 14 processing elements (PEs). Each slides one row of a filter along one row
        of the image, so a filter row stays where it is and is used again and again: the dataflow is called
        row stationary. Here you see every PE in every cycle of one layer. Drag the slider, let it play, and
        watch who waits for what. Click a PE to look into its memories, and a number there to follow it.
      </p>
      <Explained />
      <Problems about="The link says what cannot be; that part of it is left out." problems={problems} />
      <Choices state={state} opened={value} set={set} />
      <div class="results stage" aria-busy={isWorking}>
        {answer?.is === 'refused' && (
          <>
            <Problems problems={answer.problems} />
            <button
              type="button"
              onClick={() => set({ layer: '', mapping: '', batch: 1, pass: 0, cycle: 0, word: undefined })}
            >
              Start from a layer that the chip can run
            </button>
          </>
        )}
        {answer?.is === 'failed' && <Failure message={answer.message} />}
        {isWorking && (
          <Working label="Running each kind of pass" progress={progress} onStop={() => stageDesk.stop()} />
        )}
        {value && isCurrent && (
          <OnStage
            key={JSON.stringify(choice)}
            choice={choice}
            opened={value}
            state={state}
            set={set}
            link={link}
          />
        )}
      </div>
    </>
  );
}
