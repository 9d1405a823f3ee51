import { describe, expect, it } from 'vitest';
import { builtinNetwork } from '../layer/builtin.ts';
import type { LayerRun } from './layer.ts';
import { Recorder } from './recording.ts';
import { simulationSteps } from './simulation.ts';
import { type RecordedRun, traceEvents } from './trace.ts';

const network = builtinNetwork('alexnet');

async function traced(names: readonly string[]) {
  const runs: RecordedRun[] = [];
  const record = (run: LayerRun) => {
    const recorder = new Recorder(32);
    runs.push({ run, recorder });
    return recorder;
  };
  const layers = network.layers.filter(({ name }) => names.includes(name));
  const steps = simulationSteps(network, { layers, batch: 1, record });
  for (;;) {
    const step = await steps.next();
    if (step.done) return { result: step.value, events: [...traceEvents(runs)] };
  }
}

describe('a trace', async () => {
  const { result, events } = await traced(['CONV4', 'POOL5']);
  const slices = events.filter(({ ph }) => ph === 'X');
  const end = ({ ts, dur = 0 }: { ts: number; dur?: number }) => ts + dur;

  it('has a track for each bus and each row of PEs', () => {
    const tracks = events.filter(({ name }) => name === 'thread_name').map(({ args }) => args!.name);
    expect(tracks).toContain('ifmaps to the array');
    expect(tracks.filter((name) => String(name).startsWith('PE row'))).toHaveLength(12);
  });

  it('lasts as long as the layers, one after another, and so do its passes', () => {
    const layers = slices.filter(({ tid }) => tid === 1);
    expect(layers.map(({ name }) => name)).toEqual(['CONV4', 'POOL5']);
    expect(layers.map(({ dur }) => dur! / 1000)).toEqual(
      result.layers.map(({ processingLatencyMs }) => expect.closeTo(processingLatencyMs, 9)),
    );
    expect(layers[1]!.ts).toBeCloseTo(end(layers[0]!), 6);
    const passes = slices.filter(({ tid }) => tid === 2);
    expect(passes).toHaveLength(result.layers[0]!.passes + result.layers[1]!.passes);
    for (const [i, pass] of passes.entries()) if (i > 0) expect(pass.ts).toBeCloseTo(end(passes[i - 1]!), 6);
  });

  it('counts no more words than a bus carries, and none between the passes that it shows', () => {
    const counters = events.filter(({ ph }) => ph === 'C');
    const widths: Record<string, number> = { 'ifmaps to the array': 1 };
    expect(counters.length).toBeGreaterThan(20);
    for (const { args } of counters) {
      for (const [bus, perCycle] of Object.entries(args!)) {
        expect(perCycle).toBeGreaterThanOrEqual(0);
        expect(perCycle).toBeLessThanOrEqual(widths[bus] ?? 4);
      }
    }
    const isZero = ({ args }: (typeof counters)[number]) =>
      Object.values(args!).every((words) => words === 0);
    for (const pass of slices.filter(({ tid }) => tid === 2)) {
      const within = counters.filter(({ ts }) => ts > pass.ts - 1e-9 && ts < end(pass) - 1e-9);
      const before = counters.findLast(({ ts }) => ts < pass.ts + 1e-9)!;
      expect(within.some((counter) => !isZero(counter)) || isZero(before)).toBe(true);
    }
  });

  it('shows each track busy only while a pass runs, and no faster than it can be', () => {
    const passes = slices.filter(({ tid }) => tid === 2);
    for (const slice of slices.filter(({ tid }) => tid > 2)) {
      expect(passes.some((pass) => slice.ts >= pass.ts - 1e-9 && end(slice) <= end(pass) + 1e-9)).toBe(true);
      const perCycle = slice.args!.perCycle as number;
      expect(perCycle).toBeGreaterThan(0);
      expect(perCycle).toBeLessThanOrEqual(slice.tid > 6 ? 14 : slice.name === 'ifmap' ? 1 : 4);
    }
  });
});
