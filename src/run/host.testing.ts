/** The two builds of onnxruntime, as the host of a run takes them. */

import { onnxruntime } from '../onnxruntime.testing.ts';
import type { HostRuntime, Tensors } from './host.ts';

/** The build for the web, which is always there. */
export async function webRuntime(): Promise<HostRuntime> {
  const web = await import('onnxruntime-web');
  web.env.wasm.numThreads = 1;
  return web as unknown as HostRuntime;
}

/** The build for Node, where it is installed. */
export const nodeRuntime = (): HostRuntime | undefined => onnxruntime() as unknown as HostRuntime | undefined;

/** What a whole model makes, or a part of one that is a file of its own. */
export async function runOnnx(runtime: HostRuntime, bytes: Uint8Array, inputs: Tensors): Promise<Tensors> {
  const session = await runtime.InferenceSession.create(bytes, {
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  });
  try {
    return new Map(Object.entries(await session.run(Object.fromEntries(inputs))));
  } finally {
    await session.release();
  }
}
