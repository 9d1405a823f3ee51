import { InputError } from '../../src/input-error.ts';
import { isComplete } from '../../src/layer/coverage.ts';
import type { Network } from '../../src/layer/layer.ts';
import { coverageWarning } from '../../src/report/coverage.ts';
import { refOf } from './network-ref.ts';

/** A file that was dropped on the page. */
export interface DroppedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** A network that was read, by what an address says for it. */
export interface ReadNetwork {
  readonly ref: string;
  readonly name: string;
  readonly layers: number;
  /** What there is to know about how it was read. */
  readonly notes: readonly string[];
}

/**
 * Reads the network in a file, or in several that belong together: an ONNX file with the files of its weights, or problems of
 * Timeloop, one for each layer.
 *
 * @param shapes sizes of inputs that an ONNX file leaves open, as `x=1x3x224x224`
 * @throws InputError if the files are no network, or have mistakes.
 */
export async function readNetwork(
  files: readonly DroppedFile[],
  shapes: readonly string[],
): Promise<ReadNetwork> {
  const { network, notes } = await read(files, shapes);
  return { ref: await refOf(network), name: network.name, layers: network.layers.length, notes };
}

interface Reading {
  readonly network: Network;
  readonly notes: readonly string[];
}

const isOnnx = ({ name }: DroppedFile): boolean => /\.onnx$/i.test(name);

async function read(files: readonly DroppedFile[], shapes: readonly string[]): Promise<Reading> {
  const { withoutEval } = await import('../work/without-eval.ts');
  withoutEval();
  const model = files.find(isOnnx);
  if (model !== undefined) return readOnnx(model, shapes);
  const texts = files.map(({ name, bytes }) => ({ file: name, text: textOf(name, bytes) }));
  const [first, ...others] = texts;
  if (first === undefined) throw new InputError({ code: 'missing', path: ['file'], allowed: 'a file' });
  if (others.length > 0) {
    const { networkFromProblems } = await import('../../src/layer/neighbours/timeloop.ts');
    return networkFromProblems(texts, 'dropped');
  }
  const { networkFromText } = await import('../../src/layer/neighbours/network-text.ts');
  return networkFromText(first.text, first.file);
}

async function readOnnx({ name, bytes }: DroppedFile, shapes: readonly string[]): Promise<Reading> {
  const { parseOnnx } = await import('../../src/layer/onnx/network.ts');
  const { shapesIn } = await import('../../src/layer/onnx/shapes-text.ts');
  const network = parseOnnx(bytes, { file: name, shapes: shapesIn(shapes) });
  const { coverage } = network;
  return { network, notes: isComplete(coverage) ? [] : [coverageWarning(name, coverage)] };
}

function textOf(file: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw new InputError({
      code: 'unreadable',
      path: [],
      found: 'it is no text, and its name does not end in .onnx',
      allowed: 'an ONNX file, a network file of Rowhouse, or one of Timeloop, SCALE-Sim or MAESTRO',
      file,
    });
  }
}
