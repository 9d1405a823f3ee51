import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { networkOf, scratchFolder } from './rowhouse.testing.ts';

const main = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));
const { folder, at, write } = scratchFolder();

beforeAll(() => {
  if (!existsSync(main)) throw new Error(`${main} is missing; npm run build makes it`);
});

const text = async (stream: NonNullable<ChildProcess['stdout']>): Promise<string> =>
  (await stream.setEncoding('utf8').toArray()).join('');

const exit = (child: ChildProcess) =>
  new Promise<{ code: number | null; signal: string | null }>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve({ code, signal }));
  });

const tellsWhenReady =
  "process.on('newListener', (name) => name === 'SIGINT' && process.stdout.write('ready'))";
const preloadThatTellsWhenReady = `data:text/javascript,${encodeURIComponent(tellsWhenReady)}`;

describe('the command as a process', () => {
  it.each([
    [['--version'], 0, `${JSON.parse(readFileSync('package.json', 'utf8')).version}\n`, ''],
    [
      ['analyze', 'none.yaml'],
      2,
      '',
      'rowhouse: none.yaml: there is no such file or folder; allowed: a file that can be read\n',
    ],
  ])('%j ends with %d', async (words, code, out, err) => {
    const child = spawn(process.execPath, [main, ...words]);
    const ended = exit(child);
    expect(await Promise.all([text(child.stdout), text(child.stderr)])).toEqual([out, err]);
    expect(await ended).toEqual({ code, signal: null });
  });

  it.each(['CI', 'FORCE_COLOR'])('writes no colours to a pipe, whatever %s says', async (variable) => {
    const child = spawn(process.execPath, [main, 'networks'], { env: { ...process.env, [variable]: '1' } });
    expect(await text(child.stdout)).not.toContain('\u001B');
  });

  it('ends with 130 when it is interrupted, and leaves no file behind', async () => {
    const net = write('long.yaml', networkOf(3000, true));
    const words = ['analyze', net, '--json', '--out', at('result.json')];
    const child = spawn(process.execPath, ['--import', preloadThatTellsWhenReady, main, ...words]);
    const ended = exit(child);
    const err = text(child.stderr);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await setTimeout(800);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(await err).toBe('');
    expect(readdirSync(folder)).toEqual(['long.yaml']);
  });

  it('ends with 130 when it is interrupted in the search of one layer', async () => {
    const levels = ['DRAM', 'L3', 'L2', 'L1', 'L0'].map((name, i) => {
      return { name, energy: 200 / (1 + i), ...(i > 0 && { capacity: 10 ** (8 - i) }) };
    });
    const deep = { name: 'deep', levels, mac: { energy: 1 } };
    const hardware = write('deep.json', JSON.stringify(deep));
    const words = ['map', 'resnet-50', '--layers', 'res2a_branch2b', '--batch', '16', '--bypass'];
    const child = spawn(process.execPath, [
      ...['--import', preloadThatTellsWhenReady, main, ...words],
      ...['--hardware', hardware, '--out', at('nests.json'), '--json'],
    ]);
    const ended = exit(child);
    const err = text(child.stderr);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await setTimeout(2000);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
    expect(await err).toBe('');
    expect(existsSync(at('nests.json'))).toBe(false);
  });

  it('ends with 130 when it is interrupted in its only step', async () => {
    const words = ['paper', '--figure', 'uncertainty'];
    const child = spawn(process.execPath, ['--import', preloadThatTellsWhenReady, main, ...words]);
    const ended = exit(child);
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await setTimeout(150);
    child.kill('SIGINT');
    expect(await ended).toEqual({ code: 130, signal: null });
  });

  it('ends quietly when nobody reads on', async () => {
    const net = write('broad.yaml', networkOf(300));
    const child = spawn(process.execPath, [main, 'analyze', net, '--json']);
    const ended = exit(child);
    const err = text(child.stderr);
    child.stdout.once('data', () => child.stdout.destroy());
    expect(await ended).toEqual({ code: 0, signal: null });
    expect(await err).toBe('');
  });

  it.runIf(existsSync('/dev/full'))('says so when standard output is full', async () => {
    const child = spawn(process.execPath, [main, 'networks'], {
      stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'],
    });
    const ended = exit(child);
    expect(await text(child.stderr!)).toBe('rowhouse: standard output: the disk is full\n');
    expect(await ended).toEqual({ code: 2, signal: null });
  });
});
