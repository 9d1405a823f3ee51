/** The command in this process, and files for it. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, vi } from 'vitest';
import { run } from './program.ts';

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs the command and listens to what it writes; bytes that are no text are characters up to U+00FF. */
export async function rowhouse(...words: readonly string[]): Promise<Outcome> {
  const written = { out: '', err: '' };
  const listen = (to: 'out' | 'err') => (content: string | Uint8Array) => {
    written[to] += typeof content === 'string' ? content : Buffer.from(content).toString('latin1');
    return true;
  };
  const spies = [
    vi.spyOn(process.stdout, 'write').mockImplementation(listen('out')),
    vi.spyOn(process.stderr, 'write').mockImplementation(listen('err')),
  ];
  try {
    const code = await run(words, '1.2.3');
    return { code, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** A folder for the files of one test file, which is gone after it. */
export function scratchFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'rowhouse-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const at = (name: string) => join(folder, name);
  const write = (name: string, content: string | Uint8Array) => {
    writeFileSync(at(name), content);
    return at(name);
  };
  return { folder, at, write };
}

/** A network file of so many layers; `distinct` ones have to be mapped one by one. */
export function networkOf(layers: number, distinct = false): string {
  const lines = Array.from({ length: layers }, (_, i) => {
    const [channels, filters] = distinct ? [1 + ((i * 7919) % 997), 1 + ((i * 104_729) % 4093)] : [8, 16];
    return `  - { name: L${i}, type: conv, input: [${channels}, 27, 27], filters: ${filters}, kernel: 5, pad: 2 }\n`;
  });
  return `name: made\nlayers:\n${lines.join('')}`;
}
