import { describeProblem, InputError } from '../../input-error.ts';
import { type Coverage, coverageOf, type NodeReport } from '../coverage.ts';
import { type Layer, type LayerSpec, layerFromSpec, type Network } from '../layer.ts';
import { layerShape } from '../shape.ts';
import { checkExternal, type ExternalFiles } from './external.ts';
import type { Fact, LayerForm, Work } from './fact.ts';
import { NotKnown } from './fact.ts';
import { findFolds, type PaddedGraph, withFoldedPads } from './folding.ts';
import { inferShapes, type KnownNode } from './inference.ts';
import { inputFacts, type Shapes } from './inputs.ts';
import { type OnnxModel, readOnnxFile } from './onnx-file.ts';
import { zeroPointOf } from './operators/pointwise.ts';
import { checkOutputs, freeName } from './order.ts';
import { elementCount, type Tensor } from './tensor.ts';
import { countZeros } from './zeros.ts';

export interface OnnxOptions {
  /** The file's name, for messages and, without its folder and ending, for the network. */
  readonly file: string;
  /** Shapes of inputs, by name: sizes that the file leaves open have to be given. */
  readonly shapes?: Shapes | undefined;
  /** The files beside the model, where weights may be; without them, zeros among those are not counted. */
  readonly files?: ExternalFiles | undefined;
}

/** A network that comes from an ONNX file, with what became of each node. */
export interface OnnxNetwork extends Network {
  readonly coverage: Coverage;
}

/**
 * The network that an ONNX file describes: its convolutions, products of matrices and pools as layers, and a report on
 * all nodes. Weights are not copied; their zeros are counted where they are.
 *
 * @throws InputError if the bytes are no ONNX model or a damaged one, if weights are in files where they cannot be, if sizes of an input are missing, if nodes do not
 * fit together, or if no node becomes a layer.
 */
export function parseOnnx(bytes: Uint8Array, { file, shapes = {}, files }: OnnxOptions): OnnxNetwork {
  const model = readOnnxFile(bytes, file);
  checkExternal(model, file, files);
  checkOutputs(model.graph, file);
  const inputs = inputFacts(model, shapes, file);
  const graph = inferShapes(model, inputs, file);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const known = withFoldedPads(graph, outputs);
  const made = bestOf(imagesOf(model, inputs).map((images) => layersOf(known, images, outputs)));
  if (made.layers.length === 0) throw noLayer(made.reports, file);
  const name = file.replace(/^.*[\\/]/, '').replace(/\.onnx$/i, '') || 'onnx';
  return { name, layers: withZeros(made.layers, files), coverage: coverageOf(made.reports) };
}

/** Reasons that a message gives. */
const MOST_REASONS = 3;

function noLayer(reports: readonly NodeReport[], file: string): InputError {
  const reasons = reports.flatMap(({ name, reason }) => (reason === undefined ? [] : [`${name}: ${reason}`]));
  const found = `${reports.length} nodes of which none becomes a layer: ${reasons.slice(0, MOST_REASONS).join('; ')}`;
  const allowed = 'a network with convolutions, products of matrices or pools';
  return new InputError({ code: 'syntax', path: [], found: found.replace(/: $/, ''), allowed, file });
}

/**
 * How many images the file may work on at once: the first sizes of its inputs that are no vectors, the first input's first.
 * Some networks have something else there, and work on one.
 */
function imagesOf({ graph }: OnnxModel, inputs: ReadonlyMap<string, Fact>): readonly number[] {
  const shapes = graph.inputs.map(({ name }) => inputs.get(name)?.shape ?? []);
  const firsts = shapes.flatMap(([first = 0, ...rest]) => (rest.length > 0 && first > 1 ? [first] : []));
  return [...new Set([...firsts.slice(0, MOST_GUESSES), 1])];
}

const MOST_GUESSES = 8;

/** The first of those that map most. */
function bestOf<M extends { readonly macs: number }>(all: readonly M[]): M {
  return all.reduce((best, one) => (one.macs > best.macs ? one : best));
}

/** What a node becomes, before its layers have names. */
interface Outcome {
  readonly work?: Work | undefined;
  readonly layers: readonly Layer[];
  readonly reason?: string | undefined;
}

/** A layer, and the tensor of the file that has its weights, if one has them all. */
interface OwnLayer {
  readonly layer: Layer;
  readonly weights: Weights | undefined;
}

function layersOf({ nodes, pads, facts }: PaddedGraph, images: number, outputs: ReadonlySet<string>) {
  const outcomes = new Map(nodes.map((one) => [one, outcomeOf(one, images)]));
  const isMapped = (one: KnownNode) => {
    const { work, layers } = outcomes.get(one)!;
    return layers.length > 0 && work!.macs !== 0;
  };
  const into = findFolds({ nodes, facts }, isMapped, outputs);
  const taken = new Set(nodes.map(({ label }) => label));
  const reports: NodeReport[] = [];
  const layers: OwnLayer[] = [];
  for (const [one, outcome] of outcomes) {
    const own = outcome.layers.map((layer, i, { length }) => {
      return length === 1 ? layer : { ...layer, name: freeName(`${one.label}.${i + 1}`, taken) };
    });
    const weights = own.length === 1 ? weightsOf(one, outcome.work!) : undefined;
    for (const layer of own) layers.push({ layer, weights });
    const maker = into.get(one) ?? pads.get(one.node);
    reports.push(reportOf(one, { ...outcome, layers: own }, maker, images));
  }
  const macs = images * reports.reduce((sum, { became, macs }) => sum + (became === 'mapped' ? macs! : 0), 0);
  return { layers, reports, macs };
}

function outcomeOf(one: KnownNode, images: number): Outcome {
  const none = (reason?: string, work?: Work): Outcome => ({ layers: [], reason, work });
  if (one.operator === undefined) {
    const domain = one.node.domain === '' ? '' : ` of ${one.node.domain}`;
    return none(`the operator ${one.node.opType}${domain} is not known`);
  }
  if (one.unknown !== undefined) return none(one.unknown);
  if (one.operator.work === undefined || isKnown(one)) return none();
  try {
    const work = one.operator.work(one.facts, images);
    const layers = work.layers.map((form) => layerFrom(form, one.label));
    return { work, layers, reason: work.reason };
  } catch (error) {
    if (error instanceof NotKnown) return none(error.message);
    if (error instanceof InputError && error.problems[0]!.file === undefined) {
      return none(error.problems.map(describeProblem).join('; '), { macs: undefined, layers: [] });
    }
    throw error;
  }
}

/** Whether a node makes the same in every run. */
const isKnown = ({ outputs }: KnownNode): boolean =>
  outputs.length > 0 && outputs.every(({ isConstant }) => isConstant);

/** A layer named after its node. Throws where a layer cannot be so. */
function layerFrom(form: LayerForm, name: string): Layer {
  const layer = layerFromSpec({ ...form, name } as LayerSpec);
  layerShape(layer, 1);
  return layer;
}

/** A tensor of the file with weights, and the number that stands for zero among them. */
interface Weights {
  readonly tensor: Tensor;
  readonly zeroPoint: number;
}

function weightsOf({ facts }: KnownNode, { weights, zeroPoint: input }: Work): Weights | undefined {
  const stored = weights === undefined ? undefined : facts.fact(weights).stored;
  if (stored === undefined) return undefined;
  const zeroPoint = input === undefined ? stored.zeroPoint : zeroPointOf(facts, input);
  return zeroPoint === undefined ? undefined : { tensor: stored.tensor, zeroPoint };
}

/** Layers with the share of their weights that are zero, where that is known. Each tensor is gone over once. */
function withZeros(layers: readonly OwnLayer[], files: ExternalFiles | undefined): readonly Layer[] {
  const counted = new Map<Tensor, Map<number, number | undefined>>();
  const zerosOf = ({ tensor, zeroPoint }: Weights): number | undefined => {
    const known = counted.get(tensor) ?? new Map<number, number | undefined>();
    counted.set(tensor, known);
    if (!known.has(zeroPoint)) known.set(zeroPoint, countZeros(tensor, zeroPoint, files));
    return known.get(zeroPoint);
  };
  return layers.map(({ layer, weights }) => {
    const zeros = weights && zerosOf(weights);
    const count = weights ? elementCount(weights.tensor.dims) : 0;
    return zeros === undefined || count === 0 || layer.type === 'pool'
      ? layer
      : { ...layer, weightZeros: zeros / count };
  });
}

function reportOf(
  one: KnownNode,
  outcome: Outcome,
  maker: KnownNode | undefined,
  images: number,
): NodeReport {
  const { layers, work, reason } = outcome;
  const elements = one.outputs.every(({ shape }) => shape !== undefined)
    ? one.outputs.reduce((sum, { shape }) => sum + elementCount(shape!), 0) / images
    : null;
  const report = { name: one.label, op: one.node.opType, macs: 0, elements };
  if (layers.length > 0) {
    const macs = layers.reduce(
      (sum, layer) => sum + (layer.type === 'pool' ? 0 : layerShape(layer, 1).macs),
      0,
    );
    return { ...report, became: 'mapped', macs, layers: layers.map(({ name }) => name) };
  }
  if (isKnown(one)) return { ...report, became: 'folded' };
  if (maker !== undefined) return { ...report, became: 'folded', into: maker.label };
  const mayMultiply = one.operator === undefined || one.operator.kind === 'mapped';
  if (one.operator === undefined || one.unknown !== undefined) {
    return { ...report, became: 'unsupported', macs: mayMultiply ? null : 0, reason };
  }
  if (one.operator.kind === 'view') return { ...report, became: 'folded' };
  if (work !== undefined && work.macs !== 0) {
    const macs = work.macs === undefined ? null : work.macs / images;
    return { ...report, became: 'unsupported', macs, reason };
  }
  return { ...report, became: 'elementwise', reason };
}
