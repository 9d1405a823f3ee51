import { mkdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { parseHardware } from '../hardware/hardware-file.ts';
import { HARDWARE_PRESETS, hardwarePreset } from '../hardware/presets.ts';
import { macUnits } from '../loopnest/architecture.ts';
import { parseArchitecture } from '../loopnest/files/architecture-file.ts';
import { parseConstraints } from '../loopnest/files/constraints-file.ts';
import {
  ARCHITECTURE_PRESET_NAMES,
  ARCHITECTURE_PRESETS,
  architecturePreset,
  CONSTRAINTS_PRESET_NAMES,
  CONSTRAINTS_PRESETS,
  constraintsPreset,
} from '../loopnest/presets.ts';
import { rowhouse, scratchFolder } from './rowhouse.testing.ts';
import { FILE_KINDS, type FileKind, jsonSchemaOf, schemaUrl } from './schemas.ts';

const { at, folder, write } = scratchFolder();

const CHIPS = 'eyeriss-chip, or eyeriss-J for J processing elements, from eyeriss-1 to eyeriss-1000000';
const FILE_OR_PRESET = `a .yaml or .json file, or a preset: ${CHIPS}`;
const NEST_NAMES = [...new Set([...ARCHITECTURE_PRESET_NAMES, ...CONSTRAINTS_PRESET_NAMES])].join(', ');
const NAMES = `${CHIPS}; ${NEST_NAMES}`;

// The contract with scripts
const document = z.strictObject({
  presets: z.array(
    z.strictObject({
      name: z.string(),
      pes: z.int().nullable(),
      rfBytes: z.int(),
      glbBytes: z.int().nullable(),
      storage: z.enum(['baseline', 'fixed']),
      source: z.string().regex(/doi 10\./),
    }),
  ),
  architectures: z.array(
    z.strictObject({
      name: z.string(),
      macs: z.int(),
      title: z.string(),
      source: z.string().min(10),
    }),
  ),
  constraints: z.array(z.strictObject({ name: z.string(), title: z.string(), source: z.string().min(10) })),
});

/** What a command prints that does its work. */
async function printed(...words: readonly string[]): Promise<string> {
  const { code, out, err } = await rowhouse(...words);
  expect([code, err]).toEqual([0, '']);
  return out;
}

async function expectLine(words: readonly string[], line: string) {
  expect(await rowhouse(...words)).toEqual({ code: 2, out: '', err: `rowhouse: ${line}\n` });
}

describe('rowhouse hardware', () => {
  it('lists the presets', async () => {
    const [presets, ...nests] = (await printed('hardware')).split('\n\n');
    const rows = presets!.split('\n').slice(4);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 5))).toEqual([
      ['eyeriss-256', '256', '512', '128', 'baseline'],
      ['eyeriss-512', '512', '512', '256', 'baseline'],
      ['eyeriss-1024', '1024', '512', '512', 'baseline'],
      ['eyeriss-chip', '168', '520', '108', 'fixed'],
      ['eyeriss-J', 'any J', '512', '0.5·J', 'baseline'],
    ]);
    for (const row of rows) expect(row).toMatch(/20(16|17), .*doi 10\./);
    const names = nests.map((table) =>
      table
        .trimEnd()
        .split('\n')
        .slice(3)
        .map((row) => row.split(' ')[0]),
    );
    expect(names).toEqual([ARCHITECTURE_PRESET_NAMES, CONSTRAINTS_PRESET_NAMES]);
  });

  it('lists them as JSON, and any others are the last', async () => {
    const { presets, architectures, constraints } = document.parse(
      JSON.parse(await printed('hardware', '--json')),
    );
    expect(architectures.map(({ name }) => name)).toEqual(ARCHITECTURE_PRESET_NAMES);
    for (const { name, macs } of architectures) expect(macs).toBe(macUnits(architecturePreset(name)));
    expect(constraints.map(({ name }) => name)).toEqual(CONSTRAINTS_PRESET_NAMES);
    const others = presets.pop();
    expect(others).toMatchObject({ name: 'eyeriss-J', pes: null, glbBytes: null });
    expect(presets.map(({ name }) => name)).toEqual(HARDWARE_PRESETS.map(({ hardware }) => hardware.name));
    for (const { name, pes } of presets) expect(hardwarePreset(name).pes).toBe(pes);
  });

  it('has help for itself and what is below it', async () => {
    expect(await printed('hardware', 'help')).toBe(await printed('hardware', '--help'));
    expect(await printed('help', 'hardware')).toMatch(/show .*schema /s);
    expect(await printed('hardware', 'help', 'show')).toBe(await printed('hardware', 'show', '--help'));
  });

  it('prints the schema of its files', async () => {
    expect(JSON.parse(await printed('hardware', 'schema'))).toEqual(jsonSchemaOf('hardware', '1.2.3'));
    expect(await printed('hardware', 'schema', '--out', at('schema.json'))).toBe('');
    expect(readFileSync(at('schema.json'), 'utf8')).toBe(await printed('hardware', 'schema'));
    const help = await printed('hardware', 'help', 'schema');
    for (const kind of FILE_KINDS) {
      expect(JSON.parse(await printed('hardware', 'schema', kind))).toEqual(jsonSchemaOf(kind, '1.2.3'));
      expect(help).toContain(kind);
    }
  });
});

describe('rowhouse hardware show', () => {
  it('prints a file that editors find the schema of', async () => {
    expect(await printed('hardware', 'show', 'eyeriss-chip')).toMatch(
      /^# yaml-language-server: \$schema=https:\/\/unpkg\.com\/rowhouse@1\.2\.3\/schemas\/hardware\.schema\.json\n# eyeriss-chip: .*doi 10\..*\nname: "eyeriss-chip" # .*\npes: 168 # /,
    );
  });

  it('prints what is read as the same hardware, for any preset', async () => {
    const names = fc.oneof(
      fc.constantFrom(...HARDWARE_PRESETS.map(({ hardware }) => hardware.name)),
      fc.integer({ min: 1, max: 1_000_000 }).map((pes) => `eyeriss-${pes}`),
    );
    await fc.assert(
      fc.asyncProperty(names, async (name) => {
        const text = await printed('hardware', 'show', name);
        expect(parseHardware(text, 'mine.yaml')).toEqual(hardwarePreset(name));
      }),
      { numRuns: 30 },
    );
  });

  it('prints architectures and constraints as they were written', async () => {
    for (const { name, yaml, source } of ARCHITECTURE_PRESETS) {
      const text = await printed('hardware', 'show', name);
      expect(text).toBe(headOf('architecture', name, source) + yaml);
      expect(parseArchitecture(text, 'mine.yaml')).toEqual(architecturePreset(name));
    }
    for (const { name, yaml, source } of CONSTRAINTS_PRESETS) {
      const text = await printed('hardware', 'show', name, '--constraints');
      expect(text).toBe(headOf('constraints', name, source) + yaml);
      expect(parseConstraints(text, 'mine.yaml')).toEqual(constraintsPreset(name));
      if (!ARCHITECTURE_PRESET_NAMES.includes(name))
        expect(await printed('hardware', 'show', name)).toBe(text);
    }
  });

  it('writes a file, from which an analysis is that of the preset', async () => {
    expect(await printed('hardware', 'show', 'eyeriss-128', '--out', at('mine.yaml'))).toBe('');
    const flags = ['analyze', 'alexnet', '--layers', 'CONV3', '--json', '--hardware'];
    expect(await printed(...flags, at('mine.yaml'))).toBe(await printed(...flags, 'eyeriss-128'));
  });
});

const headOf = (kind: FileKind, name: string, source: string): string =>
  `# yaml-language-server: $schema=${schemaUrl(kind, '1.2.3')}\n# ${name}: ${source}\n`;

describe('--hardware', () => {
  const ARCHITECTURE = 'is an architecture of rowhouse map and evaluate, not hardware of the six dataflows';

  it('takes a preset in analyze', async () => {
    const flags = ['analyze', 'alexnet', '--layers', 'CONV3', '--dataflow', 'rs', '--json'];
    const { hardware, results } = JSON.parse(await printed(...flags, '--hardware', 'eyeriss-chip'));
    expect(hardware).toBe('eyeriss-chip');
    expect(results[0].hardware).toEqual({ pes: 168, rfBytes: 520, glbBytes: 110_592 });
    const [other] = JSON.parse(await printed(...flags, '--hardware', 'eyeriss-chip', '--pes', '84')).results;
    expect(other.hardware).toEqual({ pes: 84, rfBytes: 520, glbBytes: 110_592 });
  });

  it('takes a preset in simulate, whose costs are the default', async () => {
    const flags = ['simulate', 'alexnet', '--layers', 'POOL5', '--json'];
    expect(await printed(...flags, '--hardware', 'eyeriss-16')).toBe(await printed(...flags));
  });

  it('takes a preset before a file or a folder of its name', async () => {
    mkdirSync(at('here/eyeriss-64'), { recursive: true });
    process.chdir(at('here'));
    const flags = ['analyze', 'alexnet', '--layers', 'CONV3', '--json'];
    expect(await printed(...flags, '--hardware', 'eyeriss-64')).toContain('"hardware": "eyeriss-64"');
    process.chdir(folder);
  });

  it('takes a file without an extension, where there is one', async () => {
    write('plain', 'name: plain\npes: 3\n');
    const flags = ['analyze', 'alexnet', '--layers', 'CONV3', '--json'];
    expect(await printed(...flags, '--hardware', at('plain'))).toContain('"hardware": "plain"');
  });

  it.each([
    ['tpu', 'found "tpu"'],
    ['', 'found ""'],
    ['eyris-chip', 'found "eyris-chip" (did you mean eyeriss-chip?)'],
    ['Eyeriss-chip', 'found "Eyeriss-chip" (did you mean eyeriss-chip?)'],
    ['eyeriss', `eyeriss ${ARCHITECTURE} (did you mean eyeriss-chip?)`],
    ['eyeriss-like-256', `eyeriss-like-256 ${ARCHITECTURE} (did you mean eyeriss-256?)`],
    ['eyeriss-like-256-array', `eyeriss-like-256-array ${ARCHITECTURE} (did you mean eyeriss-256?)`],
    ['tpu-like', `tpu-like ${ARCHITECTURE}`],
    ['eyeris-384', 'found "eyeris-384" (did you mean eyeriss-384?)'],
    ['eyeriss-007', 'found "eyeriss-007" (did you mean eyeriss-7?)'],
    ['eyeriss-0', 'found "eyeriss-0"'],
    ['eyeriss-1000001', 'found "eyeriss-1000001"'],
    ['__proto__', 'found "__proto__"'],
  ])('cannot be %j', async (name, found) => {
    for (const command of ['analyze', 'simulate']) {
      const line = `--hardware: ${found}; allowed: ${FILE_OR_PRESET}`;
      await expectLine([command, 'alexnet', '--hardware', name], line);
    }
  });

  it.each([
    ['none.yaml', 'there is no such file or folder'],
    ['eyeriss-256.yaml', 'there is no such file or folder'],
    ['folder', 'this is a folder, not a file'],
  ])('cannot be read from %s', async (name, reason) => {
    mkdirSync(at('folder'), { recursive: true });
    const { code, err } = await rowhouse('analyze', 'alexnet', '--hardware', at(name));
    expect(code).toBe(2);
    expect(err.replace(`${folder}/`, '')).toBe(
      `rowhouse: ${name}: ${reason}; allowed: a file that can be read\n`,
    );
  });
});

describe('words that are wrong', () => {
  it.each([
    [['sho', 'eyeriss-256'], 'command: found "sho" (did you mean show?); allowed: show, schema'],
    [['eyeriss-256'], 'command: found "eyeriss-256"; allowed: show, schema'],
    [['show'], `name: missing; allowed: ${CHIPS}; or an architecture or constraints`],
    [['show', 'eyeris-9'], `name: found "eyeris-9" (did you mean eyeriss-9?); allowed: ${NAMES}`],
    [
      ['show', 'row-stationry'],
      `name: found "row-stationry" (did you mean row-stationary?); allowed: ${NAMES}`,
    ],
    [
      ['show', 'eyeriss-256', '--constraints'],
      `name: found "eyeriss-256" (did you mean eyeriss?); allowed: constraints: ${CONSTRAINTS_PRESET_NAMES.join(', ')}`,
    ],
    [['show', 'eyeriss-1', 'eyeriss-2'], 'argument: found "eyeriss-2"; allowed: <name> alone'],
    [['show', 'eyeriss-1', '--jsn'], 'flag: found "--jsn"; allowed: --constraints, --out, --help'],
    [['show', 'eyeriss-1', '--out'], '--out: no value; allowed: --out <file>'],
    [
      ['--json', 'show', 'eyeriss-1'],
      '--json: found "show"; allowed: without show and schema: rowhouse hardware --json',
    ],
    [
      ['schema', '--json'],
      '--json: found "schema"; allowed: without show and schema: rowhouse hardware --json',
    ],
    [['help', 'sho'], 'command: found "sho" (did you mean show?); allowed: show, schema'],
    [
      ['schema', 'maping'],
      'kind: found "maping" (did you mean mapping?); allowed: hardware, network, chip, processing, architecture, problem, mapping, constraints',
    ],
    [['schema', 'hardware', 'x'], 'argument: found "x"; allowed: <kind> alone'],
    [
      ['--jsn'],
      'flag: found "--jsn" (did you mean --json?); allowed: --json, --help, and others after the command',
    ],
  ])('hardware %j', async (words, line) => {
    await expectLine(['hardware', ...words], line);
  });

  it.each([['show', 'eyeriss-256'], ['schema']])('a place for %j that is none', async (...words) => {
    const line = `--out: ${at('no/x')}: there is no folder ${at('no')}; allowed: a file that can be written`;
    await expectLine(['hardware', ...words, '--out', at('no/x')], line);
  });
});
