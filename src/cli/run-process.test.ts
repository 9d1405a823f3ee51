/** `rowhouse run` as a process of its own: stopped at any moment, on full disks, with either onnxruntime. */

import { execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, openSync, readdirSync, statSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Checkpoint } from '../run/checkpoint.ts';
import type { RunResult } from '../run/result.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';
import { RunState } from './run-state.ts';

const { at, write } = scratchFolder();

beforeAll(() => {
  const tsc = fileURLToPath(
    import.meta.resolve('typescript/package.json').replace(/package\.json$/, 'bin/tsc'),
  );
  const flags = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', at('dist')];
  execFileSync(process.execPath, [tsc, ...flags]);
  copyFileSync('package.json', at('package.json'));
  symlinkSync(resolve('node_modules'), at('node_modules'));
}, 120_000);

interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Starts a command, by default with the onnxruntime that everybody has. */
function start(words: readonly string[], { paths = '', stdout }: { paths?: string; stdout?: number } = {}) {
  const [command, ...rest] = words as [string, ...string[]];
  const child = spawn(command, rest, {
    stdio: ['ignore', stdout ?? 'pipe', 'pipe'],
    env: { ...process.env, NODE_PATH: paths, XDG_CACHE_HOME: at('cache') },
  });
  const written = { out: '', err: '' };
  child.stdout?.setEncoding('utf8').on('data', (text) => {
    written.out += text;
  });
  child.stderr!.setEncoding('utf8').on('data', (text) => {
    written.err += text;
  });
  const ended = new Promise<Ended>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal, ...written }));
  });
  const says = async (text: string) => {
    while (!written.err.includes(text) && child.exitCode === null) await setTimeout(5);
  };
  return { child, ended, says };
}

const node = (...words: readonly string[]) => [process.execPath, at('dist/cli/main.js'), 'run', ...words];

/** Six convolutions, a pool and an FC layer: about a second of work. */
const chain = write(
  'chain.yaml',
  [
    'name: chain\nlayers:',
    ...Array.from(
      { length: 6 },
      (_, i) =>
        `  - { name: c${i}, type: conv, input: [${i === 0 ? 3 : 32}, 18, 18], filters: 32, kernel: 3, pad: 1 }`,
    ),
    '  - { name: pool, type: pool, input: [32, 18, 18], kernel: 2, stride: 2 }',
    '  - { name: fc, type: fc, input: [32, 9, 9], filters: 10 }\n',
  ].join('\n'),
);
const tiny = write(
  'tiny.yaml',
  'name: tiny\nlayers:\n' +
    '  - { name: a, type: conv, input: [2, 9, 9], filters: 6, kernel: 3, pad: 1 }\n' +
    '  - { name: b, type: fc, input: [6, 9, 9], filters: 5 }\n',
);

const chained = (seed: number, state: string) => [
  ...[chain, '--images', '6', '--batch', '4', '--seed', String(seed)],
  ...['--json', '--state', state],
];

const outputs = new Map<number, string>();

/** What a run says that nobody stops. */
async function whole(seed: number): Promise<string> {
  const known = outputs.get(seed) ?? (await rowhouse('run', ...chained(seed, at('whole')))).out;
  outputs.set(seed, known);
  return known;
}

/** What is kept in a folder, which must be whole. */
function kept(folder: string): Checkpoint | undefined {
  if (!existsSync(folder)) return undefined;
  const name = readdirSync(folder).find((name) => name.endsWith('.state'));
  const fingerprint = name && /^run-([0-9a-f]{32})\.state$/.exec(name)![1]!;
  return fingerprint ? new RunState(folder, fingerprint, () => {}).load() : undefined;
}

/** When the state in a folder was kept. */
function keptAt(folder: string): number {
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.state')) : [];
  return names.map((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.mtimeMs ?? 0)[0] ?? 0;
}

describe('a run that is stopped', () => {
  it('by Ctrl-C says how to go on, and goes on to the same result', async () => {
    const folder = at('interrupted');
    const words = [...chained(1, folder), '--resume'];
    const run = start(node(...words));
    while (keptAt(folder) === 0 && run.child.exitCode === null) await setTimeout(5);
    await setTimeout(50);
    run.child.kill('SIGINT');
    expect(await run.ended).toEqual({
      code: 130,
      signal: null,
      out: '',
      err:
        'rowhouse: nothing to continue from: the run begins anew\n' +
        'rowhouse: interrupted; the same command with --resume continues after the last finished layer\n',
    });
    // Each layer is one step, as its ReLU is in it
    const { batch, step } = kept(folder)!;
    const layer = ['c0', 'c1', 'c2', 'c3', 'c4', 'c5', 'pool', 'fc'][step - 1];
    const { code, out, err } = await start(node(...words)).ended;
    expect({ code, err }).toEqual({
      code: 0,
      err: `rowhouse: continues after ${layer}${batch > 0 ? ', in batch 2' : ''}\n`,
    });
    expect(out).toBe(await whole(1));
    expect(readdirSync(folder)).toEqual([]);
  });

  it('by kill -9 at any moment goes on to the same result', async () => {
    const lane = async (seed: number) => {
      const folder = at(`killed-${seed}`);
      const words = [...chained(seed, folder), '--resume'];
      const continued: string[] = [];
      for (const [i, delay] of fc.sample(fc.nat(400), 6).entries()) {
        const run = start(node(...words));
        await run.says('\n');
        const before = keptAt(folder);
        const comesOn = () => keptAt(folder) !== before || run.child.exitCode !== null;
        // Every second one soon after it has come a layer further
        if (i % 2 > 0) while (!comesOn()) await setTimeout(2);
        await setTimeout(i % 2 > 0 ? delay / 8 : delay);
        run.child.kill('SIGKILL');
        const { signal, out, err } = await run.ended;
        if (signal !== null) expect({ signal, out }).toEqual({ signal: 'SIGKILL', out: '' });
        kept(folder);
        continued.push(err);
      }
      const { code, out, err } = await start(node(...words)).ended;
      expect(code).toBe(0);
      expect([...continued, err].filter((text) => text.includes('continues after')).length).toBeGreaterThan(
        0,
      );
      expect(readdirSync(folder)).toEqual([]);
      return out;
    };
    const results = await Promise.all([1, 2].map(lane));
    expect(results[0]).toBe(await whole(1));
    expect(results[1]).toBe(await whole(2));
  }, 120_000);
});

describe.skipIf(process.platform === 'win32')('a full disk', () => {
  /** With files of at most 2 KiB. */
  const limited = (...words: readonly string[]) =>
    start(['bash', '-c', `trap '' XFSZ; ulimit -f 2; exec "$@"`, 'bash', ...node(...words)]).ended;
  const FULL = 'the file would be larger than allowed';
  const cannotKeep = (folder: string) =>
    `rowhouse: cannot keep where the run is in ${folder}: ${FULL}; it goes on, but --resume will not continue from here\n`;

  it('for the state is told once, and the run goes on; for the result, no half of a file stays', async () => {
    const folder = at('limited');
    mkdirSync(folder);
    const file = join(folder, 'file');
    const [run, page] = await Promise.all([
      limited(tiny, '--images', '6', '--json', '--state', at('full-0')),
      limited(tiny, '--format', 'html', '--out', file, '--state', at('full-1')),
    ]);
    const { out } = await rowhouse('run', tiny, '--images', '6', '--json', '--state', at('whole'));
    expect(run).toEqual({ code: 0, signal: null, out, err: cannotKeep(at('full-0')) });
    const line = `rowhouse: --out: ${file}: ${FULL}; allowed: a file that can be written\n`;
    expect(page).toEqual({ code: 2, signal: null, out: '', err: cannotKeep(at('full-1')) + line });
    expect(readdirSync(folder)).toEqual([]);
  });

  it.runIf(existsSync('/dev/full'))('on standard output loses no work', async () => {
    const words = node(tiny, '--images', '6', '--json', '--state', at('output'));
    const { code, err } = await start(words, { stdout: openSync('/dev/full', 'w') }).ended;
    expect({ code, err }).toEqual({ code: 2, err: 'rowhouse: standard output: the disk is full\n' });
    const resumed = await start([...words, '--resume']).ended;
    expect(resumed.err).toMatch(/^rowhouse: continues after [ab](, in batch 2)?\n$/);
    expect(JSON.parse(resumed.out)).toMatchObject({ network: 'tiny' });
    expect(readdirSync(at('output'))).toEqual([]);
  });
});

describe('onnxruntime', () => {
  const paths = resolve('tools/onnxruntime/node_modules');
  const words = node('examples/lenet-5/lenet-5.onnx', '--input', 'examples/lenet-5/digits', '--json');

  it.skipIf(!existsSync(paths) && !process.env.CI)('of either kind tells the same classes', async () => {
    const [web, native] = await Promise.all(
      ['', paths].map(async (paths): Promise<RunResult> => {
        const { code, out, err } = await start(words, { paths }).ended;
        expect({ code, err }).toEqual({ code: 0, err: '' });
        return JSON.parse(out);
      }),
    );
    expect(web!.runtime).toMatch(/^onnxruntime-web \d+\.\d+\.\d+/);
    expect(native!.runtime).toMatch(/^onnxruntime-node \d+\.\d+\.\d+/);
    const classes = ({ classes }: RunResult) =>
      classes!.images.map(({ name, chip, float }) => [name, chip[0]!.class, float[0]!.class]);
    expect(classes(native!)).toEqual(classes(web!));
    expect(native!.layers.map(({ cycles, format }) => [cycles > 0, format])).toEqual(
      web!.layers.map(({ cycles, format }) => [cycles > 0, format]),
    );
  });
});
