import { describeProblem, InputError } from '../../input-error.ts';
import { type Coverage, coverageOf, type NodeReport } from '../coverage.ts';
import { type Layer, type LayerSpec, layerFromSpec, type Network } from '../layer.ts';
import { layerShape } from '../shape.ts';
import { checkExternal, type ExternalFiles } from './external.ts';
import type { Fact, LayerForm, Stored, Work } from './fact.ts';
import { NodeFacts, NotKnown } from './fact.ts';
import { type Folding, findFolds } from './folding.ts';
import { inferShapes, inputFacts, type KnownGraph, type KnownNode, type Shapes } from './inference.ts';
import { type OnnxModel, readOnnxFile } from './onnx-file.ts';
import { elementCount } from './tensor.ts';
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
  const inputs = inputFacts(model, shapes, file);
  const graph = inferShapes(model, inputs, file);
  const outputs = new Set(model.graph.outputs.map(({ name }) => name));
  const made = bestOf(imagesOf(model, inputs).map((images) => layersOf(graph, images, outputs, files)));
  if (made.layers.length === 0) throw noLayer(made.reports, file);
  const name = file.replace(/^.*[\\/]/, '').replace(/\.onnx$/i, '') || 'onnx';
  return { name, layers: made.layers, coverage: coverageOf(made.reports) };
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
 * How many images the file may work on at once: the first size of its first input that is no vector. Some networks have
 * something else there, and work on one.
 */
function imagesOf({ graph }: OnnxModel, inputs: ReadonlyMap<string, Fact>): readonly number[] {
  const shapes = graph.inputs.map(({ name }) => inputs.get(name)?.shape ?? []);
  const [first = 1] = shapes.find((shape) => shape.length > 1) ?? [];
  return first > 1 ? [first, 1] : [1];
}

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

function layersOf(
  graph: KnownGraph,
  images: number,
  outputs: ReadonlySet<string>,
  files: ExternalFiles | undefined,
) {
  const outcomes = new Map(graph.nodes.map((one) => [one, outcomeOf(one, images)]));
  const isMapped = (one: KnownNode) => {
    const { work, layers } = outcomes.get(one)!;
    return layers.length > 0 && work!.macs !== 0;
  };
  const folding = findFolds(graph, isMapped, outputs);
  const pads = new Set([...folding.pads.keys()].map(({ node }) => node.outputs[0]));
  const reports: NodeReport[] = [];
  const layers: Layer[] = [];
  for (const one of graph.nodes) {
    const hasPad = pads.has(one.node.inputs[0]);
    const outcome =
      one.facts.inputs[0]?.padded && !hasPad ? outcomeOf(withoutPad(one), images) : outcomes.get(one)!;
    const own = outcome.layers.map((layer) => withZeros(layer, one, outcome.work!, files));
    layers.push(...own);
    reports.push(reportOf(one, { ...outcome, layers: own }, folding, images));
  }
  const macs = images * reports.reduce((sum, { became, macs }) => sum + (became === 'mapped' ? macs! : 0), 0);
  return { layers, reports, macs };
}

/** A node whose input comes with the zeros that a Pad has put around it. */
function withoutPad(one: KnownNode): KnownNode {
  const [first, ...rest] = one.facts.inputs;
  const { node, label, facts } = one;
  const inputs = [first && { ...first, padded: undefined }, ...rest];
  return { ...one, facts: new NodeFacts(node, label, inputs, facts.model) };
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
    const layers = work.layers.map((form, i) => layerFrom(form, one.label, i, work.layers.length));
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

/** A layer named after its node; one of several has its number too. Throws where a layer cannot be so. */
function layerFrom(form: LayerForm, label: string, i: number, of: number): Layer {
  const layer = layerFromSpec({ ...form, name: of > 1 ? `${label}.${i + 1}` : label } as LayerSpec);
  layerShape(layer, 1);
  return layer;
}

/** A layer with the share of its weights that are zero, where that is known. */
function withZeros(layer: Layer, { facts }: KnownNode, work: Work, files: ExternalFiles | undefined): Layer {
  if (layer.type === 'pool' || work.weights === undefined) return layer;
  const { stored } = facts.fact(work.weights);
  if (stored === undefined) return layer;
  const zeros = zerosOf(stored, facts, work.zeroPoint, files);
  const count = elementCount(stored.tensor.dims);
  return zeros === undefined || count === 0 ? layer : { ...layer, weightZeros: zeros / count };
}

function zerosOf(
  { tensor, zeroPoint }: Stored,
  facts: NodeFacts,
  input: number | undefined,
  files: ExternalFiles | undefined,
): number | undefined {
  const given =
    input !== undefined && facts.has(input) ? facts.fact(input).values : [zeroPoint ?? Number.NaN];
  const [zero] = given ?? [];
  const isOne = zero !== undefined && Number.isInteger(zero) && given!.every((value) => value === zero);
  return isOne ? countZeros(tensor, zero, files) : undefined;
}

function reportOf(one: KnownNode, outcome: Outcome, { into, pads }: Folding, images: number): NodeReport {
  const { layers, work, reason } = outcome;
  const elements = one.outputs.every(({ shape }) => shape !== undefined)
    ? one.outputs.reduce((sum, { shape }) => sum + elementCount(shape!), 0) / images
    : null;
  const report = { name: one.label, op: one.node.opType, macs: 0, elements };
  const maker = into.get(one) ?? pads.get(one);
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
