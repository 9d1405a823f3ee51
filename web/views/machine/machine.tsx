import { useMemo } from 'preact/hooks';
import { InputError, type Problem } from '../../../src/input-error.ts';
import type { LoopMapping } from '../../../src/loopnest/mapping.ts';
import { mappingCode, mappingFromCode } from '../../../src/loopnest/mapping-code.ts';
import { EFFECT_GUIDE, NEST_GUIDE } from '../../../src/report/nest-guide.ts';
import type { Effect, ShownNest } from '../../../src/report/nest-view.ts';
import { Failure, Problems } from '../../parts/notice.tsx';
import { useUrlState } from '../../url/address.ts';
import { useAnswer } from '../../work/use-answer.ts';
import { ArchitectureEditor } from './architecture-editor.tsx';
import { Choices } from './choices.tsx';
import { clerk, evaluator } from './desks.ts';
import { MACHINE_FIELDS } from './fields.ts';
import './machine.css';
import { EffectMark } from './marks.tsx';
import { Result } from './result.tsx';
import type { Shown } from './search.ts';
import { Certificate, Searching } from './searching.tsx';
import type { Setting } from './setting.ts';
import { useHistory } from './use-history.ts';
import { useSearch } from './use-search.ts';

/** An architecture and a layer, the best loop nest, and loops moved by hand. */
export function AnyMachine() {
  const { state, problems, set, link } = useUrlState('machine', MACHINE_FIELDS);
  const { net, layer, batch, arch, constraints, bypass, axes, objective, factors, time, mapping } = state;
  const question = { net, layer, batch, arch, constraints, bypass, axes };
  const {
    value: setting,
    answer,
    isCurrent,
  } = useAnswer(JSON.stringify(question), () => clerk.ask((api) => api.setting(question)));
  const search = useSearch(isCurrent ? setting : undefined, { objective, factors, time });
  const best = search.best;

  const byHand = useMemo(
    () => (isCurrent && setting && mapping !== '' ? readCode(setting, mapping, factors) : undefined),
    [isCurrent, setting, mapping, factors],
  );
  const toShow = byHand?.mapping ?? best?.mapping;
  const ask =
    isCurrent && setting && toShow
      ? {
          problem: setting.problem,
          architecture: setting.architecture,
          mapping: toShow,
          objective,
          factors,
          best: best && { evaluation: best.evaluation },
        }
      : undefined;
  const shown = useAnswer(ask && JSON.stringify(ask), () => evaluator.ask((api) => api.show(ask!)));
  const history = useHistory(mapping, (code) => set({ mapping: code }));
  const goTo = (code: string) => {
    history.remember();
    location.hash = link({ mapping: code });
  };
  const change = (changed: LoopMapping) => {
    const { problem } = shown.value!.nest;
    const code = mappingCode(problem, changed);
    const isBest = best !== undefined && code === mappingCode(problem, best.mapping);
    goTo(isBest ? '' : code);
  };
  const isBusy = !isCurrent || shown.isWorking || (mapping === '' && search.isWorking);

  return (
    <>
      <h1>Any machine</h1>
      <p class="lead">
        A layer is many loops, one in another. A machine is memories, the largest far away and dear, the
        smallest beside the multipliers. Which loop runs at which memory, and in which order, decides how
        often each word has to be fetched. Here is the best such loop nest there is. Move a loop, and see what
        it costs.
      </p>
      <Problems
        about="The link says what cannot be; that part of it is left out."
        problems={[...problems, ...((isCurrent && setting?.problems) || [])]}
      />
      <details class="explain">
        <summary>How to read a loop nest</summary>
        {NEST_GUIDE.map((paragraph) => (
          <p key={paragraph}>{paragraph}</p>
        ))}
        <dl class="legend">
          {Object.entries(EFFECT_GUIDE).map(([effect, says]) => (
            <div key={effect} class="meaning">
              <dt>
                <EffectMark effect={effect as Effect} /> {effect}
              </dt>
              <dd>{says}</dd>
            </div>
          ))}
        </dl>
      </details>
      <div class="with-side">
        <Choices state={state} setting={setting} set={set} />
        <div
          class="results machine"
          aria-busy={isBusy}
          data-milliseconds={shown.answer?.is === 'result' ? shown.answer.milliseconds : undefined}
        >
          {answer?.is === 'refused' && <Problems problems={answer.problems} />}
          {[answer, search.answer, shown.answer].map(
            (one, i) => one?.is === 'failed' && <Failure key={i} message={one.message} />,
          )}
          {search.answer?.is === 'refused' && <Problems problems={search.answer.problems} />}
          {setting && (
            <ArchitectureEditor
              text={setting.architectureText}
              name={setting.architecture.name}
              isOwn={arch.startsWith('~')}
              take={(ref) => set({ arch: ref, constraints: 'none', mapping: '' })}
            />
          )}
          {search.isWorking && <Searching progress={search.progress} onStop={search.enough} />}
          <Certificate search={search} objective={objective} />
          {byHand?.problems && (
            <>
              <Problems
                about="The mapping in the link cannot be. What is shown is the best one."
                problems={byHand.problems}
              />
              <button type="button" onClick={() => set({ mapping: '' })}>
                Back to the best
              </button>
            </>
          )}
          {shown.value && (ask || search.isWorking || !isCurrent) && (
            <Result
              shown={shown.value}
              isByHand={byHand?.mapping !== undefined}
              search={search}
              change={ask && isOf(shown.value, ask) ? change : undefined}
              toBest={() => goTo('')}
              undo={history.undo}
            />
          )}
        </div>
      </div>
    </>
  );
}

/** Whether what is shown is a mapping of the problem and onto the architecture that are asked for now. */
const isOf = (
  { nest }: Shown,
  { problem, architecture }: Omit<ShownNest, 'mapping' | 'evaluation'>,
): boolean => JSON.stringify([nest.problem, nest.architecture]) === JSON.stringify([problem, architecture]);

/** The mapping in an address, or what is wrong with it. */
function readCode(
  { problem, architecture }: Setting,
  code: string,
  factors: 'perfect' | 'imperfect',
): { readonly mapping?: LoopMapping; readonly problems?: readonly Problem[] } {
  try {
    return { mapping: mappingFromCode(problem, architecture, code, factors) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return {
      problems: error.problems.map((one) => ({ ...one, path: ['mapping', ...one.path] })),
    };
  }
}
