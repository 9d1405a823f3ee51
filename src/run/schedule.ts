import type { KnownNode } from '../layer/onnx/inference.ts';
import { inputsOf, type ModelGraph } from './model.ts';
import type { ChipStep, Step } from './plan.ts';

/** The order of the work: whatever the host can run first, then the next layer that the chip can. */
export function scheduled(
  graph: ModelGraph,
  chipLayers: ReadonlyMap<KnownNode, ChipStep>,
  hostNodes: readonly KnownNode[],
  output: string,
): readonly Step[] {
  const made = new Set(graph.constantNames);
  for (const name of graph.facts.keys()) if (!graph.makers.has(name)) made.add(name);
  const steps: Step[] = [];
  let layers = [...chipLayers.values()];
  let waiting = hostNodes;
  while (layers.length > 0 || waiting.length > 0) {
    const ready: KnownNode[] = [];
    // In the order of the graph, so that once is enough
    waiting = waiting.filter((one) => {
      if (!inputsOf(one).every((name) => made.has(name))) return true;
      ready.push(one);
      for (const name of one.node.outputs) made.add(name);
      return false;
    });
    if (ready.length > 0) steps.push({ on: 'host', nodes: ready, inputs: [], outputs: [] });
    const next = layers.find(({ input }) => made.has(input));
    if (next === undefined && ready.length === 0) throw new Error('steps wait for each other');
    if (next === undefined) continue;
    steps.push(next);
    made.add(next.output);
    layers = layers.filter((one) => one !== next);
  }
  return withEnds(steps, graph, output);
}

/** Host steps with what goes into them and what comes out. */
function withEnds(steps: readonly Step[], graph: ModelGraph, output: string): readonly Step[] {
  const reads = (step: Step): readonly string[] =>
    step.on === 'chip' ? [step.input] : step.nodes.flatMap((one) => [...inputsOf(one)]);
  const later = new Set([output]);
  return steps
    .toReversed()
    .map((step) => {
      const own = step.on === 'chip' ? [] : step.nodes.flatMap(({ node }) => node.outputs.filter(Boolean));
      const outputs = own.filter((name) => later.has(name));
      const inputs = [...new Set(reads(step))].filter(
        (name) => !graph.constantNames.has(name) && !own.includes(name),
      );
      for (const name of inputs) later.add(name);
      return step.on === 'chip' ? step : { ...step, inputs, outputs };
    })
    .toReversed();
}

/** The last step that reads a tensor; what leaves the network is read after all of them. */
export function lastUses(steps: readonly Step[], output: string): ReadonlyMap<string, number> {
  const last = new Map<string, number>();
  for (const [at, step] of steps.entries()) {
    for (const name of step.on === 'chip' ? [step.input] : step.inputs) last.set(name, at);
  }
  return last.set(output, steps.length);
}
