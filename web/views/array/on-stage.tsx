import { useEffect, useMemo, useState } from 'preact/hooks';
import { shownAround } from '../../../src/chip/film-summary.ts';
import { Failure, Problems } from '../../parts/notice.tsx';
import { Working } from '../../parts/working.tsx';
import { useAnswer } from '../../work/use-answer.ts';
import { Causes } from './causes.tsx';
import { detailsDesk, stageDesk } from './desks.ts';
import { type ArrayState, nearest, type PePlace } from './fields.ts';
import { InsidePe } from './inside-pe.tsx';
import { Journey } from './journey.tsx';
import { playByKey } from './keys.ts';
import { Passes } from './passes.tsx';
import { Picture } from './picture.tsx';
import { Playhead } from './playhead.ts';
import type { Opened, StageChoice } from './questions.ts';
import { Readings } from './readings.tsx';
import { Saved } from './saved.tsx';
import { Transport } from './transport.tsx';

/** How the parts of the view change its address. */
export interface Go {
  /** The address of a change, and what to do with a link to it. */
  readonly link: (change: Partial<ArrayState>) => string;
  readonly set: (change: Partial<ArrayState>) => void;
}

/** A layer on the array: a pass of it, a cycle of that, and what is looked at closely. */
export function OnStage({
  choice,
  opened,
  state,
  set: change,
  link,
}: Go & { choice: StageChoice; opened: Opened; state: ArrayState }) {
  const { plan, known } = opened;
  const pass = nearest('pass', state.pass, plan.passes);
  const { cycles } = plan.kinds[plan.kindOf[pass.value]!]!;
  const cycle = nearest('cycle', state.cycle, cycles);

  const playhead = useMemo(() => new Playhead(), []);
  // What has moved and not yet come to rest stays with every other change
  const set = (wanted: Partial<ArrayState>) => change({ cycle: playhead.cycle, ...wanted });
  playhead.onSettled = (settled) => change({ cycle: settled });
  useEffect(() => playhead.follow(pass.value, cycle.value, cycles), [pass.value, cycle.value, cycles]);
  useEffect(() => () => playhead.close(), []);

  const around = useShownStart(playhead, cycles, plan.mostShown, cycle.value);
  const passKey = JSON.stringify([pass.value, around]);
  const film = useAnswer(passKey, () => stageDesk.ask((api) => api.pass(choice, known, pass.value, around)));
  const shown = film.isCurrent ? film.value : undefined;

  const { pe, word } = state;
  const question = { pass: pass.value, cycle: cycle.value, pe, word };
  const asksDetails = pe !== undefined || word !== undefined;
  const details = useAnswer(asksDetails ? JSON.stringify(question) : undefined, () =>
    detailsDesk.ask((api) => api.details(choice, known, question)),
  );
  const isOfPass = details.isCurrent && asksDetails;
  const holders = (word && isOfPass && details.value?.holders) || NONE;

  const goPass = (index: number, at = 0) =>
    change({ pass: Math.min(Math.max(index, 0), plan.passes - 1), cycle: at });
  const select = (place: PePlace | undefined) => set({ pe: place });
  return (
    <section
      aria-label="The array, cycle by cycle"
      onKeyDown={(event) => playByKey(event, playhead, (by) => goPass(pass.value + by))}
    >
      <Problems about="The layer has no such place." problems={[...pass.problems, ...cycle.problems]} />
      {film.answer?.is === 'refused' && <Problems problems={film.answer.problems} />}
      {film.answer?.is === 'failed' && <Failure message={film.answer.message} />}
      <div class="picture-and-numbers" aria-busy={film.isWorking}>
        <div class="picture-and-time">
          <Picture
            opened={opened}
            shown={shown}
            state={state}
            playhead={playhead}
            holders={holders}
            select={select}
            set={set}
          />
          <Transport shown={shown} playhead={playhead} cycles={cycles} />
        </div>
        <Readings shown={shown} playhead={playhead} />
      </div>
      {film.isWorking && <Working label="Running the pass" />}
      <Passes opened={opened} pass={pass.value} goPass={goPass} />
      <div class="looked-at" aria-busy={details.isWorking}>
        {details.answer?.is === 'refused' && <Problems problems={details.answer.problems} />}
        {details.answer?.is === 'failed' && <Failure message={details.answer.message} />}
        <InsidePe
          pe={pe}
          details={details.isCurrent ? details.value : undefined}
          followed={word}
          link={link}
          close={() => select(undefined)}
        />
        <Journey
          opened={opened}
          pass={pass.value}
          word={word}
          details={details.isCurrent ? details.value : undefined}
          link={link}
          set={set}
          playhead={playhead}
        />
      </div>
      <Causes opened={opened} pass={pass.value} />
      {shown && <Saved opened={opened} choice={choice} shown={shown} playhead={playhead} state={state} />}
    </section>
  );
}

const NONE: readonly number[] = [];

/** Where the film around the playhead begins: another film is needed only where it leaves this one. */
function useShownStart(playhead: Playhead, cycles: number, mostShown: number, cycle: number): number {
  const startOf = (at: number) => shownAround(cycles, mostShown, Math.min(at, cycles - 1)).start;
  const [moved, setMoved] = useState(startOf(cycle));
  useEffect(() => setMoved(startOf(cycle)), [cycle, cycles]);
  useEffect(() => playhead.subscribe(() => setMoved(startOf(playhead.cycle))), [cycles]);
  return moved;
}
