import { Failure, Problems } from '../../parts/notice.tsx';
import { Working } from '../../parts/working.tsx';
import { useUrlState } from '../../url/address.ts';
import { choice, flag } from '../../url/field.ts';
import { AllStatements } from './all-statements.tsx';
import { FigureList } from './figure-list.tsx';
import { FigurePage } from './figure-page.tsx';
import './figures.css';
import { type FigureId, PLAIN_WORDS, wordsOf } from './plain-words.ts';
import { Mark } from './statements.tsx';
import { StudentText } from './student-text.tsx';
import { type Results, useResults } from './use-results.ts';

const FIELDS = {
  figure: choice(['all', ...PLAIN_WORDS.map(({ id }) => id)], '12'),
  /** Whether the data of the figure are shown. */
  data: flag(false),
} as const;

/** The figures of the paper, computed here and held against what it says. */
export function Figures() {
  const { state, problems, set, link } = useUrlState('figures', FIELDS);
  const { figure, data } = state;
  const results = useResults(figure);
  const { ended, current } = results;
  const to = (id: FigureId | 'all') => link({ figure: id });
  return (
    <div class="figures">
      <h1>The paper's figures, run again</h1>
      <StudentText />
      <Problems problems={problems} />
      <Overview {...results} />
      <div class="with-side">
        <FigureList chosen={figure} ended={ended} current={current} link={to} />
        {figure === 'all' ? (
          <div>
            <AllStatements ended={ended} link={to} />
          </div>
        ) : (
          <Chosen
            key={figure}
            id={figure}
            results={results}
            isDataOpen={data}
            onData={(isOpen) => set({ data: isOpen })}
          />
        )}
      </div>
    </div>
  );
}

/** How many statements hold, and how far the computing is. */
function Overview({ ended, current, stop, goOn }: Results) {
  const statements = [...ended.values()].flatMap((end) => (end.is === 'result' ? end.value.statements : []));
  const holding = statements.filter(({ holds }) => holds).length;
  const isAll = ended.size === PLAIN_WORDS.length;
  return (
    <div class="panel overview">
      <p role="status" class="mark-line">
        {statements.length > 0 && <Mark holds={holding === statements.length} />}
        {statements.length > 0 ? (
          <strong>
            {holding} of {statements.length} statements of the paper hold{isAll ? '.' : ' so far.'}
          </strong>
        ) : (
          <span>No figure is computed yet.</span>
        )}
      </p>
      {current && (
        <Working
          label={`Computing ${wordsOf(current).name} …`}
          progress={{ done: ended.size, of: PLAIN_WORDS.length }}
          onStop={stop}
        />
      )}
      {!(current || isAll) && (
        <div class="working">
          <span>
            Stopped; {ended.size} of {PLAIN_WORDS.length} figures are computed.
          </span>
          <button type="button" onClick={goOn}>
            Compute all
          </button>
        </div>
      )}
    </div>
  );
}

function Chosen({
  id,
  results: { ended, current, goOn },
  isDataOpen,
  onData,
}: {
  id: FigureId;
  results: Results;
  isDataOpen: boolean;
  onData: (isOpen: boolean) => void;
}) {
  const words = wordsOf(id);
  const end = ended.get(id);
  return (
    <article aria-labelledby="figure-title">
      <h2 id="figure-title">
        {words.name}: {end?.is === 'result' ? end.value.title : words.topic}
      </h2>
      <p class="lead">{words.plain}</p>
      {end === undefined && (
        <p class="waiting">
          {current === id ? `Computing … ${words.slow ?? ''}` : 'This figure is not computed. '}
          {current !== id && (
            <button type="button" onClick={goOn}>
              Compute it
            </button>
          )}
        </p>
      )}
      {end?.is === 'failed' && <Failure message={end.message} />}
      {end?.is === 'refused' && <Problems problems={end.problems} />}
      {end?.is === 'result' && (
        <FigurePage
          result={end.value}
          words={words}
          milliseconds={end.milliseconds}
          isDataOpen={isDataOpen}
          onData={onData}
        />
      )}
    </article>
  );
}
