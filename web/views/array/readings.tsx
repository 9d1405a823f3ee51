import { useEffect, useState } from 'preact/hooks';
import { PE_STATES, type PeState } from '../../../src/chip/film.ts';
import { type CycleSummary, cycleSummary } from '../../../src/chip/film-summary.ts';
import { BUSES } from '../../../src/chip/recording.ts';
import { useTheme } from '../../work/drawing.ts';
import { PALETTES, STATE_SIGNS, STATE_WORDS } from './colours.ts';
import { type Playhead, usePlayhead } from './playhead.ts';
import type { PassShown } from './questions.ts';

/** Numbers that are read out once they stand still. */
const QUIET_MS = 500;

const BUS_NAMES = {
  filter: 'filters in',
  ifmap: 'ifmaps in',
  psum: 'psums in',
  output: 'psums out',
} as const;

/** The numbers of one cycle, and what the colours mean. */
export function Readings({ shown, playhead }: { shown: PassShown | undefined; playhead: Playhead }) {
  const { cycle, cycles } = usePlayhead(playhead);
  const now = shown && summaryOf(shown, cycle);
  const sentence = now ? sentenceOf(now, cycles) : '';
  return (
    <div class="readings">
      <p class="cycle-now" data-cycle={now?.cycle}>
        <b>Cycle {count(cycle)}</b> of {count(cycles)}
      </p>
      <States now={now} shown={shown} />
      <Words now={now} />
      <p class="sr-only" role="status">
        {useStill(sentence)}
      </p>
    </div>
  );
}

const summaryOf = ({ film }: PassShown, cycle: number): CycleSummary | undefined => {
  const { start, count } = film.shown;
  return cycle >= start && cycle < start + count ? cycleSummary(film, cycle) : undefined;
};

function States({ now, shown }: { now: CycleSummary | undefined; shown: PassShown | undefined }) {
  const palette = PALETTES[useTheme()];
  return (
    <table class="states">
      <caption>PEs by what they do</caption>
      <thead>
        <tr>
          <th scope="col">state</th>
          <th scope="col" class="right">
            now
          </th>
          <th scope="col" class="right">
            PE cycles <small class="quiet unit">of the pass</small>
          </th>
        </tr>
      </thead>
      <tbody>
        {PE_STATES.map((state, i) => (
          <tr key={state} data-state={state}>
            <th scope="row">
              <span
                class="swatch"
                aria-hidden="true"
                style={{ background: palette.states[state].fill, color: palette.states[state].ink }}
              >
                {STATE_SIGNS[state]}
              </span>
              {state}
            </th>
            <td class="right">{now ? now.states[i] : '…'}</td>
            <td class="right">{shown ? count(shown.states[i]!) : '…'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Words({ now }: { now: CycleSummary | undefined }) {
  return (
    <table class="words-moved">
      <caption>Words between GLB and array</caption>
      <thead>
        <tr>
          <th scope="col">bus</th>
          <th scope="col" class="right">
            now
          </th>
          <th scope="col" class="right">
            so far
          </th>
        </tr>
      </thead>
      <tbody>
        {BUSES.map((bus) => (
          <tr key={bus} data-bus={bus}>
            <th scope="row">{BUS_NAMES[bus]}</th>
            <td class="right">{now ? now.words[bus] : '…'}</td>
            <td class="right">{now ? count(now.wordsSoFar[bus]) : '…'}</td>
          </tr>
        ))}
        <tr data-bus="macs">
          <th scope="row">MACs</th>
          <td class="right">{now ? now.macs : '…'}</td>
          <td class="right">{now ? count(now.macsSoFar) : '…'}</td>
        </tr>
      </tbody>
    </table>
  );
}

/** `Cycle 1,234 of 4,800: 150 PEs multiply, 4 wait for ifmap words.` */
function sentenceOf({ cycle, states }: CycleSummary, cycles: number): string {
  const does = (state: PeState, number: number) => STATE_WORDS[state][number === 1 ? 0 : 1];
  const parts = PE_STATES.flatMap((state, i) =>
    states[i] ? [`${states[i]} ${does(state, states[i]!)}`] : [],
  );
  return `Cycle ${count(cycle)} of ${count(cycles)}. PEs: ${parts.join(', ')}.`;
}

/** A text once it has stood still: one that changes with every frame would be read out without end. */
function useStill(text: string): string {
  const [still, setStill] = useState('');
  useEffect(() => {
    const timer = setTimeout(() => setStill(text), QUIET_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return still;
}

const count = (value: number): string => value.toLocaleString('en-US');
