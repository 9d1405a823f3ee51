import { InputError } from '../../input-error.ts';
import type { OnnxModel } from './onnx-file.ts';
import { bytesOf, type Tensor } from './tensor.ts';

/** Files beside a model that hold weights of it, by their path from the model's folder. */
export interface ExternalFiles {
  /**
   * Bytes of a file.
   *
   * @throws InputError if it is not there, or not in the model's folder.
   */
  readonly size: (location: string) => number;
  /** A piece of a file. */
  readonly read: (location: string, offset: number, length: number) => Uint8Array;
}

/**
 * Refuses weights in files that they cannot be in: outside of the model's folder, or, where those files are to be had,
 * not there or too short.
 *
 * @throws InputError
 */
export function checkExternal({ graph }: OnnxModel, file: string, files: ExternalFiles | undefined): void {
  for (const tensor of graph.initializers.values()) check(tensor, ['graph', tensor.name], file, files);
  for (const { name, opType, outputs, attributes } of graph.nodes) {
    for (const { tensor } of attributes.values()) {
      if (tensor) check(tensor, [`node ${name || outputs[0]} (${opType})`], file, files);
    }
  }
}

function check(
  tensor: Tensor,
  path: readonly string[],
  file: string,
  files: ExternalFiles | undefined,
): void {
  if (tensor.external === undefined) return;
  const { location, offset, length } = tensor.external;
  const refuse = (found: string, allowed: string) =>
    new InputError({ code: 'not-allowed', path, found, allowed, file });
  const steps = location.split(/[\\/]/);
  if (location === '' || steps.includes('..') || steps[0] === '' || /^[A-Za-z]:/.test(location)) {
    throw refuse(location, "a file in the model's own folder");
  }
  const needed = bytesOf(tensor);
  const isRange = Number.isSafeInteger(offset) && offset >= 0 && (length === undefined || length === needed);
  if (needed !== undefined && !isRange) {
    throw refuse(`${length ?? 'no'} bytes from ${offset} of ${location}`, `${needed} bytes`);
  }
  const size = files?.size(location);
  if (size !== undefined && size < offset + (needed ?? 0)) {
    throw refuse(`${location} with ${size} bytes`, `at least ${offset + (needed ?? 0)}`);
  }
}
