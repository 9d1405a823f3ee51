import { chipLayer } from '../chip/geometry.ts';
import { timeLayer } from '../chip/layer-passes.ts';
import { Recorder } from '../chip/recording.ts';
import { type RecordedRun, type TraceEvent, traceEvents } from '../chip/trace.ts';
import { finish } from '../steps.ts';
import { chipSteps, type Plan } from './plan.ts';

/** Cycles between samples of a trace. */
const INTERVAL = 32;

/**
 * What array and buses do while the chip runs a full batch of a network, layer after layer, in the Trace Event Format of
 * Chrome and Perfetto. It does not depend on the words.
 */
export function* runTrace(plan: Plan): Generator<TraceEvent> {
  const runs = chipSteps(plan).map(({ layer: spec, rows, chosen: { mapping } }): RecordedRun => {
    const layer = chipLayer(spec, plan.graph.images * rows);
    const recorder = new Recorder(INTERVAL);
    finish(timeLayer(plan.chip, layer, mapping, { recorder }));
    return { run: { chip: plan.chip, layer, mapping }, recorder };
  });
  yield* traceEvents(runs);
}
