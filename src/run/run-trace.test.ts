import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TraceEvent } from '../chip/trace.ts';
import { arbitraryNetwork } from './network.testing.ts';
import { drawn, planOf, run } from './run.testing.ts';
import { runTrace } from './run-trace.ts';

describe('the trace of a run', () => {
  it('has its layers one after another, each of its passes, and the cycles of a batch', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryNetwork, async (network) => {
        const plan = planOf(network, 2);
        const events = [...runTrace(plan)];
        const { result } = await run(plan, drawn(network.shapes.get('x')!, 2));
        const { megahertz } = plan.chip;
        const slices = (isOne: (event: TraceEvent) => boolean) =>
          events.filter((event) => event.ph === 'X' && isOne(event));
        const layers = slices(({ tid }) => tid === 1);
        const passes = slices(({ tid }) => tid === 2);
        expect(layers.map(({ name }) => name)).toEqual(result.layers.map(({ name }) => name));
        expect(passes).toHaveLength(result.layers.reduce((sum, layer) => sum + layer.passes, 0));
        for (const [i, { cycles, passes }] of result.layers.entries()) {
          expect(layers[i]!.dur! * megahertz).toBeCloseTo(cycles, 3);
          expect(layers[i]!.args).toMatchObject({ cycles, passes });
        }
        for (const track of [layers, passes]) {
          let end = 0;
          for (const { ts, dur } of track) {
            expect(ts).toBeCloseTo(end, 6);
            end = ts + dur!;
          }
          expect(end * megahertz).toBeCloseTo(result.total.cycles, 3);
        }
        expectWellFormed(events);
      }),
      { numRuns: 8 },
    );
  });
});

/** As the format has it: times from 0, durations that are none below 0, arguments that JSON has. */
function expectWellFormed(events: readonly TraceEvent[]): void {
  for (const event of events) {
    expect(['X', 'C', 'M']).toContain(event.ph);
    expect(event.ts).toBeGreaterThanOrEqual(0);
    if (event.ph === 'X') expect(event.dur).toBeGreaterThanOrEqual(0);
    expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  }
}
