import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { InputError } from '../input-error.ts';
import type { ExternalFiles } from '../layer/onnx/external.ts';
import { reasonOf } from './files.ts';

/** The files beside a model. Links that lead out of its folder are refused. */
export function externalFiles(model: string): ExternalFiles {
  const open = (location: string): string => {
    const refuse = (found: string) =>
      new InputError({
        code: 'unreadable',
        path: [location],
        found,
        allowed: "a file in the model's own folder that can be read: the weights of the model are in it",
        file: model,
      });
    try {
      const folder = realpathSync(dirname(model));
      const file = realpathSync(join(folder, location));
      const way = relative(folder, file);
      if (way === '..' || way.startsWith(`..${sep}`)) throw refuse('this link leads out of the folder');
      if (!statSync(file).isFile()) throw refuse('this is no file');
      return file;
    } catch (error) {
      if (error instanceof InputError) throw error;
      throw refuse(reasonOf(error as Error));
    }
  };
  return {
    size: (location) => statSync(open(location)).size,
    read: (location, offset, length) => {
      const file = openSync(open(location), 'r');
      try {
        const bytes = new Uint8Array(length);
        return bytes.subarray(0, readSync(file, bytes, 0, length, offset));
      } finally {
        closeSync(file);
      }
    },
  };
}
