import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { PE_STATES } from '../../../src/chip/film.ts';
import { useTheme } from '../../work/drawing.ts';
import { STATE_WORDS } from './colours.ts';
import { type ArrayState, COLOURINGS, type PePlace } from './fields.ts';
import { FrameClock } from './frame-clock.ts';
import { paint, type Scene } from './paint.ts';
import { PeGrid } from './pe-grid.tsx';
import { describePe, spanText } from './pe-text.ts';
import { CanvasPen } from './pen.ts';
import { type Playhead, usePlayhead } from './playhead.ts';
import type { Opened, PassShown } from './questions.ts';
import { sceneOf } from './scene.ts';

/** What is drawn over the array. */
const OVERLAYS = [
  ['diagonals', 'Ifmap rows, on the diagonals'],
  ['rows', 'Filter rows, across'],
  ['psums', 'Psums, up'],
] as const;

/** The array on a canvas, with a grid over it for mouse, keyboard and screen reader. */
export function Picture({
  opened,
  shown,
  state,
  playhead,
  holders,
  select,
  set,
}: {
  opened: Opened;
  shown: PassShown | undefined;
  state: ArrayState;
  playhead: Playhead;
  holders: readonly number[];
  select: (pe: PePlace | undefined) => void;
  set: (change: Partial<ArrayState>) => void;
}) {
  const theme = useTheme();
  const [card, width] = useCardWidth();
  const [pointed, setPointed] = useState<number>();
  const { columns } = opened.plan.array;
  const { pe, colours, diagonals, rows, psums } = state;
  const selected = pe && pe.row * columns + pe.column;
  const scene = useMemo(
    () =>
      shown && width > 0
        ? sceneOf(opened, shown, {
            width,
            theme,
            colours,
            overlays: { diagonals, rows, psums },
            selected,
            holders,
          })
        : undefined,
    [opened, shown, width, theme, colours, diagonals, rows, psums, selected, holders],
  );
  const canvas = useRef<HTMLCanvasElement>(null);
  useDrawnFrames(canvas, scene, playhead);
  return (
    <div class="array-picture">
      <div class="row array-options">
        <fieldset class="row">
          <legend>Colours</legend>
          {COLOURINGS.map(([id, name]) => (
            <button type="button" key={id} aria-pressed={colours === id} onClick={() => set({ colours: id })}>
              {name}
            </button>
          ))}
        </fieldset>
        <fieldset class="row">
          <legend>Over the array</legend>
          {OVERLAYS.map(([id, name]) => (
            <label key={id} class="check">
              <input
                type="checkbox"
                checked={state[id]}
                onChange={({ currentTarget }) => set({ [id]: currentTarget.checked })}
              />
              {name}
            </label>
          ))}
        </fieldset>
      </div>
      <div class="array-card" ref={card}>
        <canvas
          ref={canvas}
          role="img"
          aria-label="The array, the global buffer and the DRAM in this cycle; the grid over it and the tables beside it say the same"
        />
        {scene && (
          <PeGrid scene={scene} columns={columns} selected={selected} select={select} point={setPointed} />
        )}
      </div>
      {scene && colours === 'sets' && <SetsLegend scene={scene} columns={columns} />}
      <AboutPe number={pointed ?? selected} shown={shown} columns={columns} playhead={playhead} />
    </div>
  );
}

/** The width that the picture may take, in whole pixels. */
function useCardWidth() {
  const card = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(card.current!);
    return () => observer.disconnect();
  }, []);
  return [card, width] as const;
}

/** Draws the scene whenever it or the playhead changes, at most once a frame. */
function useDrawnFrames(
  canvas: { readonly current: HTMLCanvasElement | null },
  scene: Scene | undefined,
  playhead: Playhead,
): void {
  const clock = useMemo(() => new FrameClock(), []);
  useEffect(() => {
    const element = canvas.current;
    if (scene === undefined || element === null) return;
    const { width, height } = scene.layout;
    const scale = devicePixelRatio;
    element.width = Math.round(width * scale);
    element.height = Math.round(height * scale);
    element.style.width = `${width}px`;
    element.style.height = `${height}px`;
    const pen = new CanvasPen(element.getContext('2d')!);
    const { start, count } = scene.shown.film.shown;
    let frame = 0;
    const draw = () => {
      frame = 0;
      const { cycle } = playhead;
      if (cycle < start || cycle >= start + count) return;
      const begin = performance.now();
      pen.begin(width, height, scale);
      paint(pen, scene, cycle);
      clock.add(performance.now() - begin);
      element.dataset.frameMedian = clock.median().toFixed(2);
      element.dataset.frameMost = clock.most().toFixed(2);
      element.dataset.cycle = String(cycle);
    };
    const drawSoon = () => {
      frame ||= requestAnimationFrame(draw);
    };
    draw();
    const end = playhead.subscribe(drawSoon);
    return () => {
      end();
      cancelAnimationFrame(frame);
    };
  }, [scene, playhead]);
}

/** What each set works on. */
function SetsLegend({ scene: { sets, palette, shown }, columns }: { scene: Scene; columns: number }) {
  const works = new Map(shown.pes.map((one) => [sets[one.row * columns + one.column]!, one]));
  return (
    <>
      <p class="quiet small">
        In each PE: its filter row, and its row of the strip. The edge below says what it does.
      </p>
      <ul class="sets-legend">
        {[...works].map(([set, { filters, channels }]) => (
          <li key={set}>
            <span
              class="swatch"
              aria-hidden="true"
              style={{ background: palette.sets[set % palette.sets.length]!.fill }}
            />
            {spanText('filter', filters)},{' '}
            {channels.count > 0 ? spanText('channel', channels) : 'no channel: it hands psums on'}
          </li>
        ))}
      </ul>
    </>
  );
}

/** What the PE under the pointer, or the chosen one, works on and does. */
function AboutPe({
  number,
  shown,
  columns,
  playhead,
}: {
  number: number | undefined;
  shown: PassShown | undefined;
  columns: number;
  playhead: Playhead;
}) {
  const { cycle } = usePlayhead(playhead);
  if (number === undefined || shown === undefined) {
    return <p class="about-pe quiet">Point at a PE to see what it works on; click it to look inside.</p>;
  }
  const { film, pes } = shown;
  const works = pes.find(({ row, column }) => row * columns + column === number);
  const state = film.states[(cycle - film.shown.start) * film.pes + number];
  const [does] = state === undefined ? [''] : STATE_WORDS[PE_STATES[state]!];
  const place = `PE in row ${Math.floor(number / columns)}, column ${number % columns}`;
  return (
    <p class="about-pe">
      <b>{place}</b> {does}. {works && describePe(works)}
    </p>
  );
}
