import { type Chip, EYERISS_CHIP } from '../chip/chip.ts';
import type { ChosenMapping, MappingChoice } from '../chip/choose-mapping.ts';
import { type EnergyCosts, EYERISS_ENERGY } from '../hardware/energy.ts';
import { InputError } from '../input-error.ts';
import { product, UNKNOWN } from '../layer/onnx/fact.ts';
import type { KnownNode } from '../layer/onnx/inference.ts';
import { FLOAT32 } from '../layer/onnx/tensor.ts';
import { nearestWord } from '../nearest-word.ts';
import { type ChipWork, chipWork } from './chip-node.ts';
import { onChipOrFlat } from './layer-mapping.ts';
import {
  inputsOf,
  isDrawn,
  type ModelGraph,
  macsOf,
  modelGraph,
  type RunnableModel,
  wordsOf,
} from './model.ts';
import type { HostNode } from './result.ts';
import { scheduled } from './schedule.ts';

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

/** Images at once of a file that leaves it open. */
export const USUAL_BATCH = 4;

/**
 * Who runs what: convolutions, products of matrices and maximum pools on the chip where it can run them, everything else
 * on the host, as soon as it can run.
 *
 * @throws InputError if the shape is not that of the file, if its nodes do not fit together, if there is no node of that
 * name, if one draws random numbers, or if the chip can run none of the nodes.
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
  if (layers.size === 0) throw nothingForChip({ works, reasons, hostNodes, output, until, file });
  const drawn = hostNodes.find(isDrawn);
  if (drawn !== undefined) throw drawsNumbers(drawn, file);
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

function drawsNumbers({ label, node }: KnownNode, file: string): InputError {
  const path = [`node ${label} (${node.opType})`];
  const allowed = 'nodes that make the same on the chip as in the float network, and in every run';
  return new InputError({ code: 'syntax', path, found: 'it draws random numbers', allowed, file });
}

/** @param hostNodes that the output needs: why the chip cannot run others is beside the point */
function nothingForChip({
  works,
  reasons,
  hostNodes,
  output,
  until,
  file,
}: {
  readonly works: ReadonlyMap<KnownNode, ChipWork>;
  readonly reasons: ReadonlyMap<KnownNode, string>;
  readonly hostNodes: readonly KnownNode[];
  readonly output: string | undefined;
  readonly until: string | undefined;
  readonly file: string;
}): InputError {
  const refused = hostNodes.filter((one) => reasons.has(one)).slice(0, MOST_REASONS);
  const few = refused.map((one) => `${one.label}: ${reasons.get(one)}`).join('; ');
  const kinds = 'convolutions, products of matrices or maximum pools that the chip can run';
  if (until !== undefined) {
    const found = few === '' ? until : `${until}, with nothing that the chip can run: ${few}`;
    return new InputError({
      code: 'not-allowed',
      path: ['until'],
      found,
      allowed: `a node that needs ${kinds}`,
    });
  }
  const place = works.size > 0 && output !== undefined ? ` that the output ${output} needs` : '';
  const found = few === '' ? `no convolution${place}` : `nothing that the chip can run: ${few}`;
  return new InputError({ code: 'syntax', path: [], found, allowed: `a network with ${kinds}`, file });
}

/** Reasons that a message gives. */
const MOST_REASONS = 3;

function totalMacs(nodes: readonly KnownNode[], images: number): number | undefined {
  const all = nodes.map((one) => macsOf(one, images));
  return all.every((macs) => macs !== undefined) ? all.reduce((sum, macs) => sum + macs, 0) : undefined;
}
