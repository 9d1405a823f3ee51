/** The runtime that everybody uses, to compare with: `npm run reference` installs it. */

import { createRequire } from 'node:module';
import { join } from 'node:path';

/** What is used of it. */
export interface Runtime {
  readonly InferenceSession: {
    create(model: Uint8Array, options: object): Promise<Session>;
  };
  readonly Tensor: new (type: string, data: Float32Array, dims: readonly number[]) => RuntimeTensor;
}

export interface Session {
  run(feeds: Readonly<Record<string, RuntimeTensor>>): Promise<Readonly<Record<string, RuntimeTensor>>>;
}

export interface RuntimeTensor {
  readonly dims: readonly number[];
}

/** Undefined where it is not installed. Where everything is tested, it has to be. */
export function onnxruntime(): Runtime | undefined {
  // Tests and benchmarks, which are compiled to another folder, both run at the root
  const require = createRequire(join(process.cwd(), 'tools/onnxruntime/package.json'));
  try {
    return require('onnxruntime-node') as Runtime;
  } catch (error) {
    if (process.env.CI) throw error;
    return undefined;
  }
}

/** One thread, and nothing on standard error. */
export const QUIET = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 3 };
