import { type Chip, EYERISS_CHIP } from '../chip/chip.ts';
import { type ChosenMapping, chooseMapping, type MappingChoice } from '../chip/choose-mapping.ts';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import { describeProblem, InputError } from '../input-error.ts';
import { product, UNKNOWN } from '../layer/onnx/fact.ts';
import type { KnownNode } from '../layer/onnx/inference.ts';
import { FLOAT32 } from '../layer/onnx/tensor.ts';
import { nearestWord } from '../nearest-word.ts';
import { type ChipWork, chipWork } from './chip-node.ts';
import { inputsOf, type ModelGraph, macsOf, modelGraph, type RunnableModel } from './model.ts';
import type { HostNode } from './result.ts';

/** A layer that runs on the chip. */
export interface ChipStep extends ChipWork {
  readonly on: 'chip';
  /** For a full batch. */
  readonly chosen: ChosenMapping;
}

/** Nodes that run on the host, one after another, between layers of the chip. */
export interface HostStep {
  readonly on: 'host';
  readonly nodes: readonly KnownNode[];
  /** Tensors that come from the steps before, or from outside. */
  readonly inputs: readonly string[];
  /** Tensors that later steps need, or that leave the network. */
  readonly outputs: readonly string[];
}

export type Step = ChipStep | HostStep;

/** Who runs what, and in which order. */
export interface Plan extends Required<Pick<PlanOptions, 'chip' | 'costs' | 'mapping'>> {
  readonly runnable: RunnableModel;
  /** At the size of a full batch. */
  readonly graph: ModelGraph;
  readonly steps: readonly Step[];
  /** The tensor that leaves the network. */
  readonly output: string;
  /** Nodes that run on the host. */
  readonly host: readonly HostNode[];
  /** Of the whole network, for a batch; undefined where some cannot be known. */
  readonly macs: number | undefined;
}

/** How a network is to run. */
export interface PlanOptions {
  /** Sizes of an image as the network takes it. */
  readonly shape: readonly number[];
  /** Images that the chip works on at once. Default: as many as the file is made for, or 4. */
  readonly batch?: number | undefined;
  /** Default: the fabricated chip. */
  readonly chip?: Chip;
  /** Default: those of the paper. */
  readonly costs?: EnergyCosts;
  /** Of convolutions and products of matrices; pools run in the best. Default: best. */
  readonly mapping?: MappingChoice;
  /** The node after which the network ends. Default: it ends with its first output. */
  readonly until?: string | undefined;
}

/** What a file of open batch size runs at. */
const USUAL_BATCH = 4;

/**
 * Who runs what: convolutions, products of matrices and maximum pools on the chip where it can run them, everything else
 * on the host, as soon as it can run.
 *
 * @throws InputError if the shape is not that of the file, if its nodes do not fit together, if there is no node of that
 * name, or if the chip can run none of the nodes.
 */
export function planRun(
  runnable: RunnableModel,
  {
    shape,
    batch = runnable.input.sizes[0] ?? USUAL_BATCH,
    chip = EYERISS_CHIP,
    costs = EYERISS_ENERGY,
    mapping = 'best',
    until,
  }: PlanOptions,
): Plan {
  const { file } = runnable;
  const graph = modelGraph(runnable, batch, shape);
  const { works, reasons } = candidates(graph);
  // Of layers that cannot run in the mapping that is asked for, the first is told, which is found last
  let refused: InputError | undefined;
  const choose = (work: ChipWork) => {
    try {
      return onChipOrFlat(work, batch, { chip, costs, mapping });
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      refused = error;
      return { reason: error.message };
    }
  };
  const output = outputOf(graph, works, file, until);
  const { layers, hostNodes } = needed(graph, works, output, choose, reasons);
  if (refused !== undefined) throw refused;
  if (layers.size === 0) throw nothingForChip(graph, reasons, file);
  return {
    runnable,
    graph,
    chip,
    costs,
    mapping,
    steps: scheduled(graph, layers, hostNodes, output),
    output,
    host: hostNodes.map((one) => ({
      name: one.label,
      op: one.node.opType,
      reason: reasons.get(one) ?? null,
    })),
    macs: totalMacs([...layers.keys(), ...hostNodes], batch),
  };
}

/** What the chip may do, by each node that it does, and why it may not do others. */
function candidates(graph: ModelGraph) {
  const works = new Map<KnownNode, ChipWork>();
  const reasons = new Map<KnownNode, string>();
  for (const one of graph.nodes) {
    const found = chipWork(one, graph);
    if (found === undefined) continue;
    if ('reason' in found) reasons.set(one, found.reason);
    else for (const part of found.nodes) works.set(part, found);
  }
  return { works, reasons };
}

/** The layers that run on the chip, in their order. */
export const chipSteps = ({ steps }: Pick<Plan, 'steps'>): readonly ChipStep[] =>
  steps.filter((step) => step.on === 'chip');

/** The classes that a network tells apart; undefined where its output is no list of scores for each image. */
export function classesOf({ graph, output }: Plan): number | undefined {
  const { type, shape = [] } = graph.facts.get(output) ?? UNKNOWN;
  const [images, classes = 1, ...rest] = shape;
  const isList = images === graph.images && classes > 1 && rest.every((size) => size === 1);
  return isList && SCORE_TYPES.includes(type) ? classes : undefined;
}

const FLOAT64 = 11;

/** Element types of scores: those of places or classes are others. */
const SCORE_TYPES: readonly number[] = [UNKNOWN.type, FLOAT32, FLOAT64];

/** The mapping of a layer for so many images of the network. */
const mappingFor = (
  { layer, rows }: Pick<ChipWork, 'layer' | 'rows'>,
  images: number,
  { chip, costs, mapping }: Pick<Plan, 'chip' | 'costs' | 'mapping'>,
): ChosenMapping =>
  chooseMapping(chip, layer, images * rows, layer.type === 'pool' ? 'best' : mapping, costs);

/** The mapping of a layer for a batch that is not full; letters that are given are those of a full one. */
export function mappingForFewer(step: ChipStep, images: number, plan: Plan): ChosenMapping {
  const { mapping } = plan;
  const isGiven = typeof mapping !== 'string' && mapping.n !== undefined;
  const fewer = isGiven ? { ...mapping, n: Math.min(mapping.n!, images * step.rows) } : mapping;
  return mappingFor(step, images, { ...plan, mapping: fewer });
}

/**
 * The graph of a plan for a batch that is not full.
 *
 * @throws InputError if its nodes fit full batches only.
 */
export function graphForFewer(plan: Plan, images: number): ModelGraph {
  const { runnable, graph } = plan;
  const [, ...shape] = graph.inputShape;
  const ofImages = chipSteps(plan).flatMap(({ input, output }) => [input, output]);
  if (classesOf(plan) !== undefined) ofImages.push(plan.output);
  const fits = (fewer: ModelGraph) =>
    ofImages.every((name) => {
      const [all, some] = [graph.facts.get(name)?.shape, fewer.facts.get(name)?.shape];
      return !all || !some || product(some) * graph.images === product(all) * images;
    });
  try {
    const fewer = modelGraph(runnable, images, shape);
    if (fits(fewer)) return fewer;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
  const found = `${images} ${images === 1 ? 'image' : 'images'} left for the last batch of ${graph.images}`;
  const allowed = `full batches alone: nodes of ${runnable.file} fit no other size`;
  throw new InputError({ code: 'does-not-fit', path: ['batch'], found, allowed });
}

/** A fully connected layer whose feature map is too high or wide for a filter, on the same numbers in a row of channels. */
function onChipOrFlat(work: ChipWork, images: number, how: Pick<Plan, 'chip' | 'costs' | 'mapping'>) {
  const step = onChip(work, images, how);
  const { layer } = work;
  if (!('reason' in step) || layer.type !== 'fc' || layer.input[1] * layer.input[2] === 1) return step;
  const flat = onChip({ ...work, layer: { ...layer, input: [product(layer.input), 1, 1] } }, images, how);
  return 'reason' in flat ? step : flat;
}

function onChip(
  work: ChipWork,
  images: number,
  how: Pick<Plan, 'chip' | 'costs' | 'mapping'>,
): ChipStep | { readonly reason: string } {
  try {
    return { ...work, on: 'chip', chosen: mappingFor(work, images, how) };
  } catch (error) {
    if (!(error instanceof InputError) || error.problems[0]?.path[0] === 'mapping') throw error;
    const [{ code, path, found, allowed }] = error.problems as [(typeof error.problems)[0]];
    // What the layer is called is known
    return { reason: describeProblem({ code, path: path.slice(1), found, allowed }) };
  }
}

function outputOf(
  { outputs, nodes }: ModelGraph,
  works: ReadonlyMap<KnownNode, ChipWork>,
  file: string,
  until: string | undefined,
): string {
  if (until === undefined) return [...outputs][0]!;
  const node = nodes.find(({ label }) => label === until);
  const output = node && (works.get(node)?.output ?? node.node.outputs[0]);
  if (output !== undefined) return output;
  throw new InputError({
    code: 'not-allowed',
    path: ['until'],
    found: until,
    allowed: `the name of a node of ${file}`,
    suggestion: nearestWord(
      until,
      nodes.map(({ label }) => label),
    ),
  });
}

/** Whether a node makes the same values in the same order, so that the chip's words stay as they are. */
const isView = ({ operator, node, facts }: KnownNode): boolean =>
  operator?.kind === 'view' &&
  VIEWS.includes(node.opType) &&
  (node.opType !== 'Dropout' || (!facts.has(2) && facts.integer('is_test', 1) === 1));

const VIEWS: readonly string[] = ['Identity', 'Dropout', 'Reshape', 'Flatten', 'Squeeze', 'Unsqueeze'];

/** The tensor whose words a tensor has, in the same order. */
function wordsOf(tensor: string, { makers }: ModelGraph): string {
  for (let name = tensor; ; ) {
    const maker = makers.get(name);
    // A Dropout's mask is none of its words
    if (maker === undefined || !isView(maker) || maker.node.outputs[0] !== name) return name;
    name = maker.node.inputs[0]!;
  }
}

/**
 * What the output needs, from the end on; layers read words, wherever those come from.
 *
 * @param choose the mapping of a layer, which is looked for only where the layer is needed
 * @param reasons are told why the chip cannot run some of them
 */
function needed(
  graph: ModelGraph,
  works: ReadonlyMap<KnownNode, ChipWork>,
  output: string,
  choose: (work: ChipWork) => ChipStep | { readonly reason: string },
  reasons: Map<KnownNode, string>,
) {
  const wanted = new Set([output]);
  const steps = new Map<ChipWork, ChipStep | undefined>();
  const layers = new Map<KnownNode, ChipStep>();
  const hostNodes: KnownNode[] = [];
  for (const one of graph.nodes.toReversed()) {
    const work = works.get(one);
    if (work !== undefined && wanted.has(work.output) && !steps.has(work)) {
      const step = choose(work);
      if ('reason' in step) reasons.set(work.nodes[0]!, step.reason);
      steps.set(work, 'reason' in step ? undefined : { ...step, input: wordsOf(step.input, graph) });
    }
    const step = work && steps.get(work);
    if (step !== undefined) {
      wanted.add(step.input);
      if (one === step.nodes[0]) layers.set(one, step);
    } else if (!graph.constants.has(one) && one.node.outputs.some((name) => wanted.has(name))) {
      hostNodes.push(one);
      for (const input of inputsOf(one)) wanted.add(input);
    }
  }
  return { layers: new Map([...layers].toReversed()), hostNodes: hostNodes.toReversed() };
}

function nothingForChip(
  { nodes }: ModelGraph,
  reasons: ReadonlyMap<KnownNode, string>,
  file: string,
): InputError {
  const refused = nodes.filter((one) => reasons.has(one)).slice(0, MOST_REASONS);
  const few = refused.map((one) => `${one.label}: ${reasons.get(one)}`);
  const found = few.length === 0 ? 'no convolution' : `nothing that the chip can run: ${few.join('; ')}`;
  const allowed = 'a network with convolutions, products of matrices or maximum pools that the chip can run';
  return new InputError({ code: 'syntax', path: [], found, allowed, file });
}

/** Reasons that a message gives. */
const MOST_REASONS = 3;

/** The order of the work: whatever the host can run first, then the next layer that the chip can. */
function scheduled(
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

function totalMacs(nodes: readonly KnownNode[], images: number): number | undefined {
  const all = nodes.map((one) => macsOf(one, images));
  return all.every((macs) => macs !== undefined) ? all.reduce((sum, macs) => sum + macs, 0) : undefined;
}
