import { useEffect, useRef } from 'preact/hooks';
import { PE_STATES } from '../../../src/chip/film.ts';
import { MILESTONES, nextStall } from '../../../src/chip/film-summary.ts';
import { useTheme } from '../../work/drawing.ts';
import { PALETTES } from './colours.ts';
import { type Playhead, SPEEDS, usePlayhead } from './playhead.ts';
import type { PassShown } from './questions.ts';

const STRIP_HEIGHT = 56;

/** Time within a pass. */
export function Transport({
  shown,
  playhead,
  cycles,
}: {
  shown: PassShown | undefined;
  playhead: Playhead;
  cycles: number;
}) {
  usePlayhead(playhead);
  const { cycle, isPlaying, speed } = playhead;
  return (
    <section class="transport" aria-labelledby="time">
      <h2 id="time">Time</h2>
      <p class="quiet">What the PEs do over the cycles of the pass; the colours are those of the table.</p>
      <StatesStrip shown={shown} playhead={playhead} />
      <input
        type="range"
        class="cycle-slider"
        aria-label="Cycle of the pass"
        aria-valuetext={`Cycle ${count(cycle)} of ${count(cycles)}`}
        min={0}
        max={cycles - 1}
        step={1}
        value={cycle}
        onInput={({ currentTarget }) => {
          playhead.pause();
          playhead.go(Number(currentTarget.value));
        }}
      />
      <div class="row">
        <Step by={-cycles} label="First" name="To the first cycle" playhead={playhead} />
        <Step by={-10} label="−10" name="10 cycles back" playhead={playhead} />
        <Step by={-1} label="−1" name="1 cycle back" playhead={playhead} />
        <button
          type="button"
          class="main play"
          onClick={() => (isPlaying ? playhead.pause() : playhead.play())}
        >
          {isPlaying ? 'Pause' : 'Play'}
        </button>
        <Step by={1} label="+1" name="1 cycle on" playhead={playhead} />
        <Step by={10} label="+10" name="10 cycles on" playhead={playhead} />
        <Step by={cycles} label="Last" name="To the last cycle" playhead={playhead} />
        <label class="speed">
          <span>Cycles a second</span>
          <select
            value={String(speed)}
            onChange={({ currentTarget }) => {
              playhead.speed = Number(currentTarget.value);
            }}
          >
            {SPEEDS.map((one) => (
              <option key={one} value={String(one)}>
                {count(one)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <Jumps shown={shown} playhead={playhead} />
      <p class="quiet keys">
        Keys: <kbd>←</kbd> <kbd>→</kbd> one cycle, with <kbd>Shift</kbd> a hundred; <kbd>Home</kbd>{' '}
        <kbd>End</kbd> first and last; <kbd>Space</kbd> play; <kbd>[</kbd> <kbd>]</kbd> pass before and after.
        On the array, the arrow keys go from PE to PE and <kbd>Enter</kbd> looks inside.
      </p>
    </section>
  );
}

function Step({
  by,
  label,
  name,
  playhead,
}: {
  by: number;
  label: string;
  name: string;
  playhead: Playhead;
}) {
  return (
    <button type="button" aria-label={name} title={name} onClick={() => playhead.step(by)}>
      {label}
    </button>
  );
}

/** To where something begins or ends. */
function Jumps({ shown, playhead }: { shown: PassShown | undefined; playhead: Playhead }) {
  const jump = (cycle: number | null | undefined) => {
    if (cycle === null || cycle === undefined) return;
    playhead.pause();
    playhead.go(cycle);
  };
  const isShown = (cycle: number) => {
    const { start, count } = shown!.film.shown;
    return cycle >= start && cycle < start + count;
  };
  return (
    <div class="row jumps">
      <span>Jump to</span>
      {MILESTONES.map((milestone) => {
        const cycle = shown?.milestones[milestone] ?? null;
        return (
          <button type="button" key={milestone} disabled={cycle === null} onClick={() => jump(cycle)}>
            {milestone}
          </button>
        );
      })}
      <button
        type="button"
        disabled={shown === undefined}
        onClick={() => shown && isShown(playhead.cycle) && jump(nextStall(shown.film, playhead.cycle))}
      >
        next stall
      </button>
    </div>
  );
}

/** The share of the PEs in each state over the time of the pass, and where the playhead is. */
function StatesStrip({ shown, playhead }: { shown: PassShown | undefined; playhead: Playhead }) {
  const theme = useTheme();
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    const element = canvas.current;
    if (!shown || !element) return;
    const { pieces, shares } = shown.shares;
    const palette = PALETTES[theme];
    element.width = pieces;
    element.height = STRIP_HEIGHT;
    const context = element.getContext('2d')!;
    const states = PE_STATES.length;
    for (let piece = 0; piece < pieces; piece++) {
      let y = STRIP_HEIGHT;
      for (const state of FROM_BELOW) {
        const height = shares[piece * states + state]! * STRIP_HEIGHT;
        context.fillStyle = palette.states[PE_STATES[state]!].fill;
        context.fillRect(piece, y - height, 1, height);
        y -= height;
      }
    }
  }, [shown, theme]);
  const { start, count: most } = shown?.film.shown ?? { start: 0, count: 1 };
  const share = Math.min(Math.max((playhead.cycle - start + 0.5) / most, 0), 1);
  return (
    <div
      class="strip"
      onPointerDown={(event) => {
        const { left, width } = event.currentTarget.getBoundingClientRect();
        playhead.pause();
        playhead.go(start + Math.floor(((event.clientX - left) / width) * most));
      }}
    >
      <canvas
        ref={canvas}
        role="img"
        aria-label="Share of the PEs in each state over the cycles of the pass"
      />
      <span class="cursor" style={{ left: `${share * 100}%` }} />
    </div>
  );
}

/** MACs stand at the bottom, what is idle at the top. */
const FROM_BELOW = (
  ['mac', 'gated', 'hands on', 'waits for ifmap', 'waits for psum', 'loading', 'idle', 'off'] as const
).map((state) => PE_STATES.indexOf(state));

const count = (value: number): string => value.toLocaleString('en-US');
