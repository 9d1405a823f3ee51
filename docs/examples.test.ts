import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { parseChip } from '../src/chip/chip-file.ts';
import { run } from '../src/cli/program.ts';
import { parseHardware } from '../src/hardware/hardware-file.ts';
import { InputError } from '../src/input-error.ts';
import { networkFromText } from '../src/layer/neighbours/network-text.ts';
import { parseNetwork } from '../src/layer/network-file.ts';
import { parseArchitecture } from '../src/loopnest/files/architecture-file.ts';
import { parseConstraints } from '../src/loopnest/files/constraints-file.ts';
import { parseMapping as parseLoopMapping } from '../src/loopnest/files/mapping-file.ts';
import { parseProblem } from '../src/loopnest/files/problem-file.ts';
import { parseVectors } from '../src/loopnest/files/vectors-file.ts';
import { readTimeloop } from '../src/loopnest/timeloop/reading.ts';
import { parseProcessing } from '../src/run/processing-file.ts';
import {
  anchorsOf,
  type Block,
  blocksOf,
  DOCUMENTS,
  linksOf,
  ROOT,
  readDocument,
} from './markdown.testing.ts';
import { MODELS } from './models.testing.ts';

/*
 * Every document is a small session: its YAML blocks that begin with `# name.yaml` are files, and so are blocks with a
 * name after their language; the examples are there, too. Its `sh` lines that call `rowhouse` are run there, its `ts` blocks are
 * programs, and a `text` block is what the block before it prints. In a `text` block, a line `…` stands for lines left
 * out. A line of `sh` that ends with `# exit 2` is meant to fail.
 */

const library = JSON.stringify(join(ROOT, 'src/index.ts'));
const home = process.cwd();
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rowhouse-docs-'));
  // What programs import, and where runs keep how far they are
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
});
afterEach(() => {
  process.chdir(home);
  vi.restoreAllMocks();
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

describe.each(DOCUMENTS)('%s', (path) => {
  const document = readDocument(path);
  const blocks = blocksOf(document);
  const id = path.replaceAll(/\W/g, '-');

  beforeAll(() => {
    mkdirSync(join(folder, id, 'docs'), { recursive: true });
    for (const { name, text } of blocks.flatMap(fileOf)) writeFileSync(join(folder, id, name), text);
    if (document.includes('examples/')) {
      cpSync(join(ROOT, 'examples'), join(folder, id, 'examples'), { recursive: true });
    }
    for (const [name, model] of Object.entries(MODELS)) {
      if (document.includes(name)) writeFileSync(join(folder, id, name), model());
    }
  });

  test('its links lead somewhere', () => {
    for (const link of linksOf(document)) {
      const [file = '', anchor] = link.split('#');
      const target = file === '' ? path : join(dirname(path), file);
      expect(existsSync(join(ROOT, target)), link).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(readDocument(target))).toContain(anchor);
    }
  });

  test.each(blocks.filter(({ language }) => /^(yaml|json)$/.test(language)))(
    'line $line is a file that can be read',
    ({ text }) => {
      const read = () => {
        if (/^ *"?layers"?:/m.test(text)) return parseNetwork(text, 'file');
        const nestReader = nestReaderOf(text);
        if (nestReader) return nestReader(text, 'file');
        if (/^problem:/m.test(text)) return networkFromText(text, 'file');
        if (/^(input|output):/m.test(text)) return parseProcessing(text, 'file');
        return /^array:/m.test(text) ? parseChip(text, 'file') : parseHardware(text, 'file');
      };
      if (text.includes('# has a mistake')) expect(read).toThrow(InputError);
      else read();
    },
  );

  const examples = blocks.flatMap((block, i) => {
    if (block.language !== 'sh' && block.language !== 'ts') return [];
    const next = blocks[i + 1];
    const shown = next?.language === 'text' && next.section === block.section ? next.text : undefined;
    return [{ line: block.line, block, shown }];
  });

  test.each(examples)('line $line does what it shows', async ({ line, block, shown }) => {
    process.chdir(join(folder, id));
    const printed = await outputOf(() =>
      block.language === 'sh'
        ? runCommands(block.text)
        : runProgram(block.text, join(folder, id, `${line}.ts`)),
    );
    if (shown !== undefined) expectShown(printed, shown);
  });

  test('every text block is the output of the block before it', () => {
    const outputs = examples.filter(({ shown }) => shown !== undefined).length;
    expect(blocks.filter(({ language }) => language === 'text')).toHaveLength(outputs);
  });
});

test.each([
  ['README-md', 'docs/alexnet.svg', ['analyze', 'alexnet']],
  ['README-md', 'docs/nest.svg', ['map', 'alexnet', '--layers', 'CONV3']],
  ['docs-from-pytorch-md', 'docs/lenet.svg', ['analyze', 'lenet.onnx', '--shape', 'image=1x1x28x28']],
])('the picture of %s, %s, is what the command draws', async (id, picture, command) => {
  process.chdir(join(folder, id));
  await run([...command, '--format', 'svg', '--out', picture], '');
  const isSame = readFileSync(picture, 'utf8') === readDocument(picture);
  expect(isSame, `${picture}, drawn again`).toBe(true);
});

test('the report is what the command makes', async () => {
  const { version } = JSON.parse(readDocument('package.json'));
  await outputOf(async () => {
    expect(await run(['paper', '--out', join(folder, 'paper')], version)).toBe(0);
  });
  const names = readdirSync(join(ROOT, 'docs/paper')).sort();
  expect(readdirSync(join(folder, 'paper')).sort()).toEqual(names);
  for (const name of names) {
    const isSame = readFileSync(join(folder, 'paper', name), 'utf8') === readDocument(`docs/paper/${name}`);
    expect(isSame, `docs/paper/${name}, made again`).toBe(true);
  }
});

test('every program has the types it should', () => {
  const folderOfPrograms = join(folder, 'types');
  mkdirSync(folderOfPrograms);
  DOCUMENTS.forEach((path, d) => {
    for (const { language, text, line } of blocksOf(readDocument(path))) {
      if (language === 'ts') writeFileSync(join(folderOfPrograms, `${d}-${line}.ts`), `${text}export {};\n`);
    }
  });
  const paths = { rowhouse: [join(ROOT, 'src/index.ts')] };
  const compilerOptions = { paths, typeRoots: [join(ROOT, 'node_modules/@types')] };
  const config = { extends: join(ROOT, 'tsconfig.json'), compilerOptions, include: ['*.ts'] };
  writeFileSync(join(folderOfPrograms, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folderOfPrograms, 'package.json'), JSON.stringify({ type: 'module' }));
  const compiler = join(ROOT, 'node_modules/typescript/bin/tsc');
  let found = '';
  try {
    execFileSync(process.execPath, [compiler, '-p', folderOfPrograms], { encoding: 'utf8' });
  } catch (error) {
    found = (error as { stdout: string }).stdout;
  }
  expect(found).toBe('');
});

/** What reads a file about loop nests; undefined where it is none. */
function nestReaderOf(text: string): ((text: string, file: string) => unknown) | undefined {
  if (/^architecture:/m.test(text)) return (text, file) => readTimeloop([{ file, text }]);
  if (/^\{"seed"/.test(text)) return parseVectors;
  if (/^type: /m.test(text)) return parseProblem;
  if (!/^levels:/m.test(text)) return undefined;
  if (/^mac:/m.test(text)) return parseArchitecture;
  return /^levels:\n +- /m.test(text) ? parseLoopMapping : parseConstraints;
}

/** A block that is a file, where its fence or its first line says so. */
function fileOf({ language, file, text }: Block): { name: string; text: string }[] {
  const name = file ?? (language === 'yaml' ? /^# (\S+\.yaml)\n/.exec(text)?.[1] : undefined);
  return name === undefined ? [] : [{ name, text }];
}

/** Runs what calls `rowhouse` in a block of shell commands. */
async function runCommands(text: string) {
  for (const line of text.split('\n')) {
    const [, words, exit = '0'] = /(?:^|&& )(?:npx )?rowhouse (.*?)(?:\s+# exit (\d+))?$/.exec(line) ?? [];
    if (words !== undefined) expect(await run(words.trim().split(/\s+/), '0.0.0'), line).toBe(Number(exit));
  }
}

async function runProgram(text: string, file: string) {
  writeFileSync(file, text.replaceAll("'rowhouse'", library));
  await import(/* @vite-ignore */ file);
}

/** What is printed on the way. */
async function outputOf(action: () => Promise<void>): Promise<string> {
  let output = '';
  const keep = (text: string | Uint8Array) => {
    output += text;
    return true;
  };
  vi.spyOn(process.stdout, 'write').mockImplementation(keep);
  vi.spyOn(process.stderr, 'write').mockImplementation(keep);
  vi.spyOn(console, 'log').mockImplementation((...values) => {
    output += `${values.join(' ')}\n`;
  });
  await action();
  vi.restoreAllMocks();
  return output;
}

/** Checks that a text is an output but for the lines that it leaves out. */
function expectShown(output: string, shown: string) {
  const tidy = (text: string) => text.replaceAll(/ +$/gm, '').trim();
  const pattern = tidy(shown)
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/^…\n/gm, '(?:.*\n)*?')
    .replace(/\n…$/, '(?:\n[^]*)?');
  if (shown.includes('…\n')) expect(tidy(output)).toMatch(new RegExp(`^${pattern}$`));
  else expect(tidy(output)).toBe(tidy(shown));
}
