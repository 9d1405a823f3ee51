import { createRequire } from 'node:module';
import type { HostRuntime } from '../run/host.ts';

/**
 * The onnxruntime that is there: onnxruntime-node, which is faster, where somebody has installed it, or else the build for
 * the web, which comes with this package and runs everywhere.
 */
export async function onnxruntime(): Promise<HostRuntime> {
  try {
    return createRequire(import.meta.url)('onnxruntime-node') as HostRuntime;
  } catch {
    const web = await import('onnxruntime-web');
    web.env.wasm.numThreads = 1;
    return web;
  }
}
