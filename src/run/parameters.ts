import type { ExternalFiles } from '../layer/onnx/external.ts';
import { bytesOf, elementCount, type Tensor } from '../layer/onnx/tensor.ts';
import type { ParameterNames } from './chip-node.ts';
import { floatsOf, HostPart, type HostRuntime } from './host.ts';
import { type ChipStep, chipSteps, type Plan } from './plan.ts';

/** The numbers of a layer, with what comes behind its sums in them. */
export interface LayerParameters {
  /** Filters (of all groups) × channels of a group × rows × columns. */
  readonly weights: Float32Array;
  /** One for each filter (of all groups). */
  readonly biases: Float32Array;
}

/** Values of tensors that never change, by their names. */
type Constants = ReadonlyMap<string, Float32Array>;

/** The values that layers need of tensors that never change: those of the file as views of it, where they can be. */
async function constantsFor(plan: Plan, runtime: HostRuntime): Promise<Constants> {
  const names = new Set(chipSteps(plan).flatMap(({ parameters }) => (parameters ? namesOf(parameters) : [])));
  const { model, files } = plan.runnable;
  const { initializers } = model.graph;
  const constants = new Map<string, Float32Array>();
  const computed: string[] = [];
  for (const name of names) {
    const tensor = initializers.get(name);
    if (tensor === undefined) computed.push(name);
    else constants.set(name, storedFloats(tensor, files));
  }
  if (computed.length === 0) return constants;
  const part = new HostPart(runtime, plan, [], computed);
  for (const [name, tensor] of await part.run(new Map())) constants.set(name, floatsOf(name, tensor));
  await part.release();
  return constants;
}

const namesOf = ({ weights, bias, behind }: ParameterNames): readonly string[] => [
  weights,
  ...(bias === undefined ? [] : [bias]),
  ...behind.flatMap((part) =>
    part.type === 'addition' ? [part.bias] : [part.scale, part.shift, part.mean, part.variance],
  ),
];

/** Floats of the file: a view where they are stored in place and aligned, else a copy. */
function storedFloats(tensor: Tensor, files: ExternalFiles | undefined): Float32Array {
  const { raw, typed, external, dims } = tensor;
  const pieces = external
    ? [files!.read(external.location, external.offset, bytesOf(tensor)!)]
    : raw
      ? [raw]
      : typed;
  const [only, ...others] = pieces;
  if (only && others.length === 0 && only.byteOffset % 4 === 0 && IS_LITTLE_ENDIAN) {
    return new Float32Array(only.buffer, only.byteOffset, elementCount(dims));
  }
  const values = new Float32Array(elementCount(dims));
  let at = 0;
  for (const piece of pieces) {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    for (let byte = 0; byte + 4 <= piece.length; byte += 4) values[at++] = view.getFloat32(byte, true);
  }
  return values;
}

const IS_LITTLE_ENDIAN = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** The numbers of each layer that has some. */
export async function parametersOf(
  plan: Plan,
  runtime: HostRuntime,
): Promise<ReadonlyMap<ChipStep, LayerParameters>> {
  const constants = await constantsFor(plan, runtime);
  const known = new Map<ChipStep, LayerParameters>();
  for (const step of chipSteps(plan)) {
    const { layer, parameters } = step;
    if (parameters === undefined || layer.type === 'pool') continue;
    known.set(step, layerParameters(parameters, layer.filters, constants));
  }
  return known;
}

/** The numbers of a layer with so many filters. */
function layerParameters(names: ParameterNames, filters: number, constants: Constants): LayerParameters {
  const { isTransposed, factor, biasFactor, behind } = names;
  const stored = constants.get(names.weights)!;
  const taps = stored.length / filters;
  const scales = new Float64Array(filters).fill(factor);
  const biases = new Float64Array(filters);
  const add = (name: string, times = 1) => {
    const values = constants.get(name)!;
    for (let m = 0; m < filters; m++) biases[m]! += times * values[values.length === 1 ? 0 : m]!;
  };
  if (names.bias !== undefined) add(names.bias, biasFactor);
  for (const part of behind) {
    if (part.type === 'addition') {
      add(part.bias);
      continue;
    }
    const [scale, shift, mean, variance] = [part.scale, part.shift, part.mean, part.variance].map(
      (name) => constants.get(name)!,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    for (let m = 0; m < filters; m++) {
      const times = scale[m]! / Math.sqrt(variance[m]! + part.epsilon);
      scales[m]! *= times;
      biases[m] = (biases[m]! - mean[m]!) * times + shift[m]!;
    }
  }
  const weights =
    isTransposed || scales.some((scale) => scale !== 1)
      ? scaled(stored, scales, filters, taps, isTransposed)
      : stored;
  return { weights, biases: Float32Array.from(biases) };
}

function scaled(
  stored: Float32Array,
  scales: Float64Array,
  filters: number,
  taps: number,
  isTransposed: boolean,
): Float32Array {
  const weights = new Float32Array(stored.length);
  const [tapStep, filterStep] = isTransposed ? [filters, 1] : [1, taps];
  for (let m = 0; m < filters; m++) {
    const scale = scales[m]!;
    for (let k = 0; k < taps; k++) weights[m * taps + k] = stored[m * filterStep + k * tapStep]! * scale;
  }
  return weights;
}
