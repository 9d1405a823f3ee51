import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { InputError } from '../input-error.ts';
import { floats, node, onnxModel } from '../layer/onnx/model.testing.ts';
import { type Checkpoint, EMPTY_CHECKPOINT } from '../run/checkpoint.ts';
import { npyOf } from '../tensor-file/npy.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';
import { RunState, stateFolder } from './run-state.ts';

/** A process that is killed after so many operations: half of a write is done, and nothing behind it. */
const killed = vi.hoisted(() => ({ left: Number.POSITIVE_INFINITY }));

vi.mock('node:fs', async (importActual) => {
  const actual = await importActual<typeof import('node:fs')>();
  const mortal =
    <Words extends readonly unknown[], R>(action: (...words: Words) => R, half?: (...words: Words) => R) =>
    (...words: Words): R => {
      if (--killed.left > 0) return action(...words);
      if (killed.left === 0) half?.(...words);
      throw new Error('killed');
    };
  const writeSync = (file: number, bytes: Uint8Array, at = 0) => actual.writeSync(file, bytes, at);
  return {
    ...actual,
    openSync: mortal(actual.openSync),
    writeSync: mortal(writeSync, (file, bytes) => writeSync(file, bytes.subarray(0, bytes.length / 2))),
    fsyncSync: mortal(actual.fsyncSync),
    closeSync: mortal(actual.closeSync),
    renameSync: mortal(actual.renameSync),
    rmSync: mortal(actual.rmSync),
  };
});

beforeEach(() => {
  killed.left = Number.POSITIVE_INFINITY;
});

const { at, write } = scratchFolder();

const refuse = (text: string): void => {
  throw new Error(text);
};

const arbitraryCheckpoint: fc.Arbitrary<Checkpoint> = fc
  .record({
    batch: fc.nat(9),
    step: fc.nat(99),
    words: fc.int16Array({ maxLength: 50 }),
    scores: fc.float32Array({ maxLength: 20 }),
    range: fc.float(),
    bigs: fc.bigInt64Array({ maxLength: 3 }),
  })
  .map(({ batch, step, words, scores, range, bigs }) => ({
    ...EMPTY_CHECKPOINT,
    batch,
    step,
    ranges: new Map([['π', range]]),
    memory: new Map([['a', { content: words, length: words.length, fractionBits: -3 }]]),
    tensors: [{ name: 'b', type: 'int64', dims: [bigs.length], data: bigs }],
    scores: [{ images: 2, chip: scores, float: scores }],
    fmaps: [{ name: 'c', channels: 1, height: 1, width: words.length, words }],
  }));

let folders = 0;

/** A state of its own, in a folder that is not there yet. */
function fresh(warn = refuse) {
  const folder = at(`state-${folders++}/inner`);
  const state = new RunState(folder, 'f'.repeat(64), warn);
  return { folder, state, file: join(folder, `run-${'f'.repeat(32)}.state`) };
}

describe('the state of a run', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(arbitraryCheckpoint, (checkpoint) => {
        const { folder, state } = fresh();
        expect(state.load()).toBeUndefined();
        state.save(() => checkpoint);
        expect(new RunState(folder, 'f'.repeat(64), refuse).load()).toEqual(checkpoint);
        expect(new RunState(folder, 'e'.repeat(64), refuse).load()).toBeUndefined();
        state.remove();
        expect(readdirSync(folder)).toEqual([]);
      }),
    );
  });

  it('is refused if a single bit is another, or if anything is missing or too much', () => {
    const { state, file } = fresh();
    state.save(() => ({ ...EMPTY_CHECKPOINT, step: 3, ranges: new Map([['a', 1]]) }));
    const whole = readFileSync(file);
    const damaged = fc.oneof(
      fc.tuple(fc.nat(whole.length - 1), fc.nat(7)).map(([byte, bit]) => {
        const bytes = Buffer.from(whole);
        bytes[byte]! ^= 1 << bit;
        return bytes;
      }),
      fc.nat(whole.length - 1).map((length) => whole.subarray(0, length)),
      fc.uint8Array({ minLength: 1 }).map((more) => Buffer.concat([whole, more])),
    );
    fc.assert(
      fc.property(damaged, (bytes) => {
        writeFileSync(file, bytes);
        expect(() => state.load()).toThrow(InputError);
      }),
      { numRuns: 300 },
    );
  });

  it('is whole, or is not there yet, wherever the process is killed', () => {
    const { folder, file } = fresh();
    const checkpoint = (step: number) => ({ ...EMPTY_CHECKPOINT, step, ranges: new Map([['a', 1 / 3]]) });
    const seen: (number | undefined)[] = [];
    for (let operations = 1; ; operations++) {
      killed.left = operations;
      const state = new RunState(folder, 'f'.repeat(64), () => {});
      for (let step = 1; step <= 3; step++) {
        state.save(() => checkpoint(step));
        state.flush();
      }
      if (killed.left > 0) break;
      killed.left = Number.POSITIVE_INFINITY;
      const left = new RunState(folder, 'f'.repeat(64), refuse).load();
      if (left !== undefined) expect(left).toEqual(checkpoint(left.step));
      seen.push(left?.step);
      rmSync(file, { force: true });
    }
    expect(seen.length).toBeGreaterThan(20);
    expect(new Set(seen)).toEqual(new Set([undefined, 1, 2, 3]));
    killed.left = Number.POSITIVE_INFINITY;
    new RunState(folder, 'f'.repeat(64), refuse).remove();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('is kept again when that takes little of the time, and in any case when it is asked for', () => {
    const { state, file } = fresh();
    const times = 200;
    let written = 0;
    let last = '';
    for (let step = 1; step <= times; step++) {
      state.save(() => ({ ...EMPTY_CHECKPOINT, step }));
      const now = readFileSync(file, 'latin1');
      if (now !== last) written++;
      last = now;
    }
    expect(written).toBeLessThan(times / 2);
    state.flush();
    expect(state.load()).toEqual({ ...EMPTY_CHECKPOINT, step: times });
  });

  it('takes with it what was half written, and what nobody came back for', () => {
    const { folder, state } = fresh();
    mkdirSync(folder, { recursive: true });
    const put = (name: string, days: number) => {
      const file = join(folder, name);
      writeFileSync(file, 'x');
      const then = Date.now() / 1000 - days * 24 * 60 * 60;
      utimesSync(file, then, then);
    };
    const own = `run-${'f'.repeat(32)}.state`;
    put(`${own}.123.part`, 0);
    put('run-0123.state', 20);
    put('run-4567.state', 10);
    put('run-4567.state.9.part', 20);
    put('letters.txt', 99);
    state.save(() => EMPTY_CHECKPOINT);
    expect(readdirSync(folder).sort()).toEqual(
      ['letters.txt', 'run-4567.state', own, `${own}.123.part`].sort(),
    );
    state.remove();
    expect(readdirSync(folder)).toEqual(['letters.txt', 'run-4567.state']);
  });

  it.each([
    write('file', ''),
    at('file/inner'),
    at('x'.repeat(300)),
    ...(existsSync('/proc/self') ? ['/proc/none/inner'] : []),
  ])('that cannot be kept is told once: %.60s', (folder) => {
    const told: string[] = [];
    const state = new RunState(folder, 'f'.repeat(64), (text) => told.push(text));
    expect(state.load()).toBeUndefined();
    for (let step = 0; step < 5; step++) {
      state.save(() => EMPTY_CHECKPOINT);
      state.flush();
    }
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^cannot keep where the run is in .*; it goes on, but/);
    expect(state.isThere).toBe(false);
    state.remove();
  });

  it('is in the cache of the user, or where one says', () => {
    const { XDG_CACHE_HOME } = process.env;
    process.env.XDG_CACHE_HOME = '/caches';
    expect(stateFolder(undefined)).toBe('/caches/rowhouse');
    process.env.XDG_CACHE_HOME = '';
    expect(stateFolder(undefined)).toMatch(/.\/\.cache\/rowhouse$/);
    if (XDG_CACHE_HOME === undefined) delete process.env.XDG_CACHE_HOME;
    else process.env.XDG_CACHE_HOME = XDG_CACHE_HOME;
    expect(stateFolder('here')).toBe('here');
    expect(() => stateFolder('')).toThrow(InputError);
  });
});

// It takes a run to its end, but not its result
describe.runIf(existsSync('/dev/full'))('--resume', () => {
  const state = at('states');
  const network = write(
    'tiny.yaml',
    'name: tiny\nlayers:\n' +
      '  - { name: a, type: conv, input: [2, 9, 9], filters: 6, kernel: 3, pad: 1 }\n' +
      '  - { name: b, type: conv, input: [6, 9, 9], filters: 5, kernel: 3, pad: 1 }\n' +
      '  - { name: c, type: fc, input: [5, 9, 9], filters: 5 }\n',
  );
  const model = write(
    'open.onnx',
    onnxModel({
      nodes: [node('Conv', ['x', 'w'], ['y'], {}, { name: 'conv' })],
      inputs: { x: ['n', 3, 'h', 'w'] },
      outputs: ['y'],
      initializers: [floats('w', [2, 3, 3, 3])],
    }),
  );
  const picture = 'examples/lenet-5/digits/3.png';
  const leaves = async (words: readonly string[]) => {
    const { code, err } = await rowhouse('run', ...words, '--state', state, '--out', '/dev/full');
    expect({ code, err }).toEqual({
      code: 2,
      err: 'rowhouse: --out: /dev/full: the disk is full; allowed: a file that can be written\n',
    });
    expect(readdirSync(state)).toHaveLength(1);
  };
  const resumed = (words: readonly string[]) => rowhouse('run', ...words, '--state', state, '--resume');
  const ANEW = 'rowhouse: nothing to continue from: the run begins anew\n';

  it('continues in the same run, however its result is told', async () => {
    const { out } = await rowhouse('run', network, '--batch', '3', '--json');
    const labels = write('labels.txt', 'v\nw\nx\ny\nz\n');
    const flags = ['--batch', '3'];
    await leaves([network, ...flags]);
    const same = await resumed([network, ...flags, '--json']);
    expect(same.err).toMatch(/^rowhouse: continues after [abc]\n$/);
    expect(same.out).toBe(out);
    expect(readdirSync(state)).toEqual([]);
    await leaves([network, ...flags]);
    const told = await resumed([network, ...flags, '--format', 'html', '--labels', labels, '--top', '2']);
    expect(told.err).toMatch(/^rowhouse: continues after [abc]\n$/);
    expect(told.out).toContain('z (4)');
  });

  it.each([
    ['--seed', '2'],
    ['--batch', '3'],
    ['--images', '5'],
    ['--until', 'b'],
    ['--mapping', 'm=1'],
    ['--no-bias-correction'],
    ['--chip', write('small.yaml', 'name: eyeriss\nmegahertz: 100\n')],
    ['--hardware', write('free.yaml', 'name: free\nenergy: { dram: 1, glb: 1, array: 1, rf: 1, alu: 3 }\n')],
    ['--input', write('given.npy', npyOf(new Float32Array(162).fill(1), [2, 9, 9]))],
  ])('begins anew with %j', async (...flags) => {
    await leaves([network]);
    const { out } = await rowhouse('run', network, ...flags, '--json');
    expect(await resumed([network, ...flags, '--json'])).toEqual({ code: 0, out, err: ANEW });
    expect((await resumed([network])).err).toMatch(/^rowhouse: continues after [abc]\n$/);
  });

  it.each([
    ['--mean', '3'],
    ['--scale', '100'],
    ['--size', '9,9'],
    ['--fit', 'cover', '--size', '28,20'],
    ['--colors', 'bgr', '--mean', '1,2,3'],
    ['--processing', write('mine.yaml', 'input: { background: 9, scale: 99 }\n')],
    ['--input', 'examples/lenet-5/digits/4.png'],
  ])('begins anew with pictures that become other inputs: %j', async (...flags) => {
    await leaves([model, '--input', picture]);
    const words = [model, '--input', picture, ...flags, '--json'];
    const { out } = await rowhouse('run', ...words);
    expect(await resumed(words)).toEqual({ code: 0, out, err: ANEW });
    expect((await resumed([model, '--input', picture])).err).toBe('rowhouse: continues after conv\n');
  });

  it('begins anew when model or picture have other content', async () => {
    const own = write('own.onnx', readFileSync(model));
    const image = write('own.png', readFileSync(picture));
    await leaves([own, '--input', image]);
    write('own.png', readFileSync('examples/lenet-5/digits/5.png'));
    expect((await resumed([own, '--input', image])).err).toBe(ANEW);
    write('own.png', readFileSync(picture));
    const weights = floats('w', [2, 3, 3, 3], Array(54).fill(0.5));
    const nodes = [node('Conv', ['x', 'w'], ['y'], {}, { name: 'conv' })];
    const inputs = { x: ['n', 3, 'h', 'w'] };
    write('own.onnx', onnxModel({ nodes, inputs, outputs: ['y'], initializers: [weights] }));
    expect((await resumed([own, '--input', image])).err).toBe(ANEW);
    write('own.onnx', readFileSync(model));
    expect((await resumed([own, '--input', image])).err).toBe('rowhouse: continues after conv\n');
  });

  it.each([
    ['bytes that are others', (bytes: Buffer) => bytes.fill(7, 200, 210)],
    ['a part that is missing', (bytes: Buffer) => bytes.subarray(0, bytes.length / 2)],
    ['nothing', () => Buffer.alloc(0)],
  ])('refuses a state with %s, and goes without it', async (_, damage) => {
    await leaves([network]);
    const file = join(state, readdirSync(state)[0]!);
    writeFileSync(file, damage(readFileSync(file)));
    expect(await resumed([network])).toEqual({
      code: 2,
      out: '',
      err: `rowhouse: --resume: ${file}: damaged; allowed: the state of a run as it was written; without --resume, the run begins anew\n`,
    });
    expect(await rowhouse('run', network, '--state', state)).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(state)).toEqual([]);
  });
});
