import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

// By its command: the types of its library would replace those of the global console, for all files.
const asc = fileURLToPath(import.meta.resolve('assemblyscript/bin/asc.js'));
const flags = '-O3 --noAssert --runtime stub --enable simd'.split(' ');

/** The module of the AssemblyScript source. */
function compile(): Buffer {
  const source = fileURLToPath(new URL('assembly/convolve.ts', import.meta.url));
  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-'));
  try {
    const module = join(folder, 'convolve.wasm');
    execFileSync(process.execPath, [asc, source, ...flags, '--outFile', module]);
    return readFileSync(module);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

// `npm run kernel` writes the file.
test('the compiled module is that of the source', async () => {
  await expect(`/** The compiled assembly/convolve.ts, in base64. Made by \`npm run kernel\`. */
export const CONVOLVE_WASM =
  '${compile().toString('base64')}';
`).toMatchFileSnapshot('convolve-wasm.ts');
});
