import type { LayerRun } from './layer.ts';
import { BUSES, type Bus, type Recorder, type Sample } from './recording.ts';
import { passesOf } from './schedule.ts';

/*
 * Traces in the Trace Event Format of Chrome, which Perfetto reads too: one track per bus and per row of PEs, passes and
 * layers above them.
 */

/** An event as the format has it: `X` a slice, `C` a counter, `M` a name; times in microseconds. */
export interface TraceEvent {
  readonly name: string;
  readonly ph: 'X' | 'C' | 'M';
  readonly pid: number;
  readonly tid: number;
  readonly ts: number;
  readonly dur?: number;
  readonly args?: Readonly<Record<string, unknown>>;
}

/** A layer that ran while a recorder looked on. */
export interface RecordedRun {
  readonly run: Pick<LayerRun, 'chip' | 'layer' | 'mapping'>;
  readonly recorder: Recorder;
}

/** Passes of a layer that are shown on all tracks; of the others, only when they ran. */
const SHOWN_PASSES = 200;
/** Passes of a layer that are shown at all. */
const NAMED_PASSES = 20_000;

const [LAYERS, PASSES, FIRST_BUS] = [1, 2, 3];
const FIRST_ROW = FIRST_BUS + BUSES.length;
const TITLES: Readonly<Record<Bus, string>> = {
  filter: 'filters to the array',
  ifmap: 'ifmaps to the array',
  psum: 'psums to the array',
  output: 'psums to the GLB',
};

/** A trace as a file: one event per line, as the viewers and people like it. */
export function traceText(events: Iterable<TraceEvent>): string {
  const lines = Array.from(events, (event) => JSON.stringify(event));
  return `{"traceEvents":[\n${lines.join(',\n')}\n]}\n`;
}

/** The layers of a network, one after another, without the time that they wait for the DRAM. */
export function* traceEvents(runs: readonly RecordedRun[]): Generator<TraceEvent> {
  const rows = Math.max(0, ...runs.map(({ run }) => run.chip.array.rows));
  const names = [
    [LAYERS, 'layers'],
    [PASSES, 'passes'],
    ...BUSES.map((bus, i) => [FIRST_BUS + i, TITLES[bus]] as const),
    ...Array.from({ length: rows }, (_, row) => [FIRST_ROW + row, `PE row ${row}`] as const),
  ] as const;
  yield {
    name: 'process_name',
    ph: 'M',
    pid: 1,
    tid: 0,
    ts: 0,
    args: { name: runs[0]?.run.chip.name ?? 'chip' },
  };
  for (const [tid, name] of names) {
    yield { name: 'thread_name', ph: 'M', pid: 1, tid, ts: 0, args: { name } };
    yield { name: 'thread_sort_index', ph: 'M', pid: 1, tid, ts: 0, args: { sort_index: tid } };
  }
  let cycle = 0;
  for (const recorded of runs) cycle += yield* layerEvents(recorded, cycle);
}

/** @returns the cycles of the layer */
function* layerEvents({ run, recorder }: RecordedRun, start: number): Generator<TraceEvent, number> {
  const { chip, layer, mapping } = run;
  const microseconds = (cycles: number) => cycles / chip.megahertz;
  const slice = (
    tid: number,
    name: string,
    from: number,
    to: number,
    args: Readonly<Record<string, unknown>>,
  ) => ({ name, ph: 'X', pid: 1, tid, ts: microseconds(from), dur: microseconds(to - from), args }) as const;
  const counted = new Set<string>();
  let cycle = start;
  let number = 0;
  for (const pass of passesOf(layer, mapping, chip.nativeShapes)) {
    const samples = recorder.kinds.get(pass.key);
    if (samples === undefined) throw new Error(`no pass of kind ${pass.key} was recorded`);
    const { cycle: length } = samples.at(-1)!;
    if (number < NAMED_PASSES) {
      const { group, images, rows, columns, channels, filters } = pass;
      const args = { group, images, rows, columns, channels, filters, cycles: length };
      yield slice(PASSES, `pass ${number}`, cycle, cycle + length, args);
    }
    if (number < SHOWN_PASSES) {
      for (const [tid, name, from, to, args] of activity(samples)) {
        yield slice(tid, name, cycle + from, cycle + to, args);
      }
    }
    // How busy the buses are within a pass, once for each kind
    if (!counted.has(pass.key) && number < SHOWN_PASSES) {
      counted.add(pass.key);
      for (const { cycle: at, perCycle } of rates(samples)) {
        yield { name: 'per cycle', ph: 'C', pid: 1, tid: 0, ts: microseconds(cycle + at), args: perCycle };
      }
    }
    cycle += length;
    number++;
  }
  yield slice(LAYERS, layer.name, start, cycle, { passes: number, cycles: cycle - start, mapping });
  return cycle - start;
}

type Slice = readonly [tid: number, name: string, from: number, to: number, args: Record<string, unknown>];

/** When each bus and each row was first and last busy, to the precision of the samples. */
function activity(samples: readonly Sample[]): Slice[] {
  const tracks: readonly { tid: number; name: string; unit: string; of: (sample: Sample) => number }[] = [
    ...BUSES.map((bus, i) => ({
      tid: FIRST_BUS + i,
      name: bus,
      unit: 'words',
      of: ({ words }: Sample) => words[bus],
    })),
    ...samples[0]!.rowMacs.map((_, row) => ({
      tid: FIRST_ROW + row,
      name: 'MACs',
      unit: 'MACs',
      of: ({ rowMacs }: Sample) => rowMacs[row]!,
    })),
  ];
  const start: Sample = {
    cycle: 0,
    words: { filter: 0, ifmap: 0, psum: 0, output: 0 },
    rowMacs: samples[0]!.rowMacs.map(() => 0),
  };
  const all = [start, ...samples];
  return tracks.flatMap(({ tid, name, unit, of }): Slice[] => {
    const total = of(all.at(-1)!);
    if (total === 0) return [];
    const from = all.findLast((sample) => of(sample) === 0)!.cycle;
    const to = all.find((sample) => of(sample) === total)!.cycle;
    return [[tid, name, from, to, { [unit]: total, perCycle: Number((total / (to - from)).toFixed(2)) }]];
  });
}

/** Words per cycle on each bus between samples; none at the end, which a counter would otherwise keep. */
function* rates(samples: readonly Sample[]) {
  let before = { cycle: 0, words: { filter: 0, ifmap: 0, psum: 0, output: 0 } };
  for (const { cycle, words } of samples) {
    const cycles = cycle - before.cycle;
    if (cycles === 0) continue;
    const perCycle = Object.fromEntries(
      BUSES.map((bus) => [TITLES[bus], Number(((words[bus] - before.words[bus]) / cycles).toFixed(3))]),
    );
    yield { cycle: before.cycle, perCycle };
    before = { cycle, words };
  }
  yield { cycle: before.cycle, perCycle: Object.fromEntries(BUSES.map((bus) => [TITLES[bus], 0])) };
}
