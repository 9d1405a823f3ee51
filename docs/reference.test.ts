import { join } from 'node:path';
import { Command } from 'commander';
import { csvParse } from 'd3-dsv';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { analyze, analyzeLayer } from '../src/analysis/analyze.ts';
import { energyOf } from '../src/analysis/energy.ts';
import { bestChipMapping } from '../src/chip/best-mapping.ts';
import { EYERISS_CHIP } from '../src/chip/chip.ts';
import { chipSchema } from '../src/chip/chip-file.ts';
import { frameworkAccesses } from '../src/chip/framework.ts';
import { chipLayer } from '../src/chip/geometry.ts';
import { type ChipMapping, mappingText } from '../src/chip/mapping.ts';
import { PUBLISHED_ALEXNET } from '../src/chip/published.ts';
import { FORMATS } from '../src/cli/output.ts';
import { rowhouse, scratchFolder } from '../src/cli/rowhouse.testing.ts';
import { addRun, RUN_FORMATS } from '../src/cli/run.ts';
import { FILE_KINDS } from '../src/cli/schemas.ts';
import { generator, largeCase, randomMapping, shapeOf } from '../src/dataflow/arbitrary.testing.ts';
import { countAccesses } from '../src/dataflow/counts.ts';
import { availableIn, type Dataflow, type Mapping } from '../src/dataflow/dataflow.ts';
import type { ReferenceDataflow } from '../src/dataflow/reference.testing.ts';
import { DATAFLOWS } from '../src/dataflow/registry.ts';
import { rowStationary } from '../src/dataflow/row-stationary.ts';
import { EYERISS_AREA_CURVE } from '../src/hardware/area.ts';
import { DATA_TYPES, EYERISS_ENERGY, LEVELS } from '../src/hardware/energy.ts';
import { eyerissBaseline, type StorageSizes, storageFor } from '../src/hardware/hardware.ts';
import { hardwareSchema } from '../src/hardware/hardware-file.ts';
import { HARDWARE_PRESETS } from '../src/hardware/presets.ts';
import { BUILTIN_NETWORKS, builtinNetwork } from '../src/layer/builtin.ts';
import { MAESTRO_TYPES } from '../src/layer/neighbours/maestro-layers.ts';
import { networkSchema } from '../src/layer/network-file.ts';
import { parseOnnx } from '../src/layer/onnx/network.ts';
import { selectLayers } from '../src/layer/select.ts';
import { type LayerShape, layerShape } from '../src/layer/shape.ts';
import { counted, networkTotals } from '../src/layer/totals.ts';
import { architectureSchema } from '../src/loopnest/files/architecture-file.ts';
import { constraintsSchema } from '../src/loopnest/files/constraints-file.ts';
import { mappingSchema } from '../src/loopnest/files/mapping-file.ts';
import { mapNest } from '../src/loopnest/map.ts';
import { ARCHITECTURE_PRESET_NAMES, architecturePreset } from '../src/loopnest/presets.ts';
import { convolution } from '../src/loopnest/problem.ts';
import { compareWithNest } from '../src/paper/closed-forms/closed-forms.ts';
import { NEST_CAUSES, type NestCause } from '../src/paper/closed-forms/schedule.ts';
import { EQUATIONS } from '../src/paper/equations.ts';
import { onChip } from '../src/paper/on-chip.ts';
import { ANALYSIS_COLUMNS } from '../src/report/analysis-data.ts';
import type { DataColumn } from '../src/report/data-table.ts';
import { inMillions } from '../src/report/format.ts';
import { LAYER_COLUMNS } from '../src/report/layers-data.ts';
import { NEST_COLUMNS } from '../src/report/nest-data.ts';
import { NETWORK_COLUMNS } from '../src/report/networks-data.ts';
import { NODE_COLUMNS } from '../src/report/nodes-data.ts';
import { PARQUET_COLUMNS_KEY, PARQUET_TYPES } from '../src/report/parquet.ts';
import { exampleRun } from '../src/report/run.testing.ts';
import { RUN_COLUMNS } from '../src/report/run-data.ts';
import { noiseSheet } from '../src/report/run-sheets.ts';
import { SIMULATION_COLUMNS } from '../src/report/simulation-data.ts';
import { processingSchema } from '../src/run/processing-file.ts';
import { blocksOf, plain, ROOT, readDocument, type Table, tableIn } from './markdown.testing.ts';
import { oddModel } from './models.testing.ts';

const rowsOf = ({ rows }: Table): string[][] => rows.map((row) => row.map(plain));
const columnOf = (table: Table, column = 0): string[] => rowsOf(table).map((row) => row[column]!);

describe('docs/model.md', () => {
  const model = readDocument('docs/model.md');

  test('has the costs of the code', () => {
    const costs = rowsOf(tableIn(model, 'Energy: four levels, two equations', 'key'));
    expect(Object.fromEntries(costs.map(([key, , cost]) => [key, Number(cost)]))).toEqual(EYERISS_ENERGY);
  });

  test('has the area curve of the code', () => {
    const points = rowsOf(tableIn(model, 'Equal area', 'bytes'));
    expect(points.map((row) => row.map(Number))).toEqual(EYERISS_AREA_CURVE);
  });

  test('has the shares of storage at 256 PEs', () => {
    const shares = rowsOf(tableIn(model, 'Equal area', 'dataflow'));
    const expected = DATAFLOWS.map(({ name, rfWords }) => {
      const { rfBytes, glbBytes } = storageFor(eyerissBaseline(256), rfWords)!;
      return [name, String(rfBytes), (glbBytes / 1024).toFixed(1)];
    });
    expect(shares.map(([name, rf, , glb]) => [name, rf, glb])).toEqual(expected);
  });

  describe.each(DATAFLOWS)('$name', (dataflow) => {
    const section = `${dataflow.name}: ${dataflow.title}`;

    test('parameters', () => {
      expect(rowsOf(tableIn(model, section, 'parameter'))).toEqual(
        dataflow.parameters.map(({ name, tiles, means }) => [name, tiles, means]),
      );
    });

    test('limits, active PEs and counts are those of the code', () => {
      const limits = rowsOf(tableIn(model, section, 'limit')).map(([name, formula]) => {
        const [needed, available] = formula!.split(' ≤ ');
        return { name, needed: formulaOf(needed!), available: formulaOf(available!) };
      });
      const counts = rowsOf(tableIn(model, section, 'level'));
      expect(counts.map(([level]) => level)).toEqual(['DRAM', 'GLB', 'array', 'RF']);
      expect(limits.map(({ name }) => name)).toEqual(
        dataflow.limits(shapeOf(fc.sample(largeCase(), 1)[0]!), storageOf(1, 1, 1)).map(({ name }) => name),
      );
      const activePes = formulaOf(/Active PEs: `(.*)`/.exec(model.slice(model.indexOf(section)))![1]!);
      fc.assert(
        fc.property(largeCase(), ({ layer, batch, machine: { pes, rfWords, glbWords }, machine, seed }) => {
          const shape = shapeOf({ layer, batch });
          const storage = storageOf(pes, rfWords, glbWords);
          const mapping = randomMapping(dataflow.id as ReferenceDataflow, shape, machine, generator(seed));
          if (mapping === undefined) return;
          const letters = lettersOf(shape, storage, mapping);
          dataflow.limits(shape, storage).forEach((limit, i) => {
            expect(limits[i]!.needed(letters)).toBe(limit.needed(mapping));
            expect(limits[i]!.available(letters)).toBe(availableIn(limit, mapping));
          });
          expect(activePes(letters)).toBe(dataflow.activePes(shape, mapping));
          expectCounts(counts, dataflow, shape, mapping, letters);
        }),
        { numRuns: 200 },
      );
    });
  });
});

function expectCounts(
  rows: readonly string[][],
  dataflow: Dataflow,
  shape: LayerShape,
  mapping: Mapping,
  letters: Letters,
) {
  const accesses = countAccesses(dataflow, shape, mapping);
  LEVELS.forEach((level, l) => {
    DATA_TYPES.forEach((data, d) => {
      const written = formulaOf(rows[l]![d + 1]!)(letters);
      const computed = accesses[level][data];
      expect(Math.abs(written - computed)).toBeLessThanOrEqual(1e-9 * computed);
    });
  });
}

type Letters = Readonly<Record<string, number>>;

/** What the document's formulas are written in. */
function lettersOf(shape: LayerShape, { pes, rfWords, glbWords }: StorageSizes, mapping: Mapping): Letters {
  const { e = 1, f = 1 } = mapping;
  const h = shape.Uv * e + shape.spanR - shape.Uv;
  const w = shape.Uh * f + shape.spanS - shape.Uh;
  const ratios = { αv: shape.E / shape.H, αh: shape.F / shape.W, βv: e / h, βh: f / w };
  const { type: _, macs, ...sizes } = shape;
  return { ...sizes, ...mapping, ...ratios, h, w, MACs: macs, J: pes, RF: rfWords, Q: glbWords };
}

const storageOf = (pes: number, rfWords: number, glbWords: number): StorageSizes => {
  return { pes, rfWords, glbWords, rfBytes: 2 * rfWords, glbBytes: 2 * glbWords };
};

/** A formula of the document as a function: `2·⌈C/q⌉·(R − 1)`. */
function formulaOf(text: string): (letters: Letters) => number {
  const code = text
    .replaceAll('·', '*')
    .replaceAll('−', '-')
    .replaceAll('⌈', 'Math.ceil(')
    .replaceAll('⌉', ')');
  return (letters) => new Function(...Object.keys(letters), `return ${code}`)(...Object.values(letters));
}

test('docs/model.md has the equations that the report prints', () => {
  const model = readDocument('docs/model.md').replaceAll(/\s+/g, ' ');
  for (const { formula } of Object.values(EQUATIONS)) expect(model).toContain(formula);
});

describe('docs/networks.md', () => {
  const networks = readDocument('docs/networks.md');

  test('has every key of a network file', () => {
    const { layers, ...others } = networkSchema.shape;
    expect(columnOf(tableIn(networks, 'The file', 'key'))).toEqual([...Object.keys(others), 'layers']);
    for (const { shape } of layers.element.options) {
      const type = shape.type.value;
      const table = tableIn(networks, 'Layers', 'key');
      const named = rowsOf(table).filter(([, types]) => types === 'all' || types!.split(', ').includes(type));
      expect(named.map(([key]) => key)).toEqual(Object.keys(shape));
    }
  });

  test('has the built-in networks with their totals', () => {
    const table = rowsOf(tableIn(networks, 'Built-in networks', 'network'));
    expect(table.map((row) => row.slice(0, 6))).toEqual(
      BUILTIN_NETWORKS.map((name) => {
        const { macs, weights, byType } = networkTotals(builtinNetwork(name));
        const layers = [byType.conv.layers, byType.fc.layers, byType.pool.layers].map(String);
        return [name, ...layers, inMillions(macs), inMillions(weights)];
      }),
    );
  });
});

test('docs/hardware.md has the presets', () => {
  const presets = rowsOf(tableIn(readDocument('docs/hardware.md'), 'Presets', 'name'));
  expect(presets.slice(0, -1).map((row) => row.slice(0, 4))).toEqual(
    HARDWARE_PRESETS.map(({ hardware }) => {
      const { rfBytes, glbBytes } = storageFor(hardware, rowStationary.rfWords)!;
      return [hardware.name, hardware.pes, rfBytes, glbBytes].map(String);
    }),
  );
  expect(presets.at(-1)!.slice(0, 4)).toEqual(['eyeriss-J', 'J', '512', '512·J']);
});

describe('docs/loopnest.md', () => {
  const page = readDocument('docs/loopnest.md');
  const keysOf = (schema: JsonSchema | undefined) => Object.keys(schema?.properties ?? {});
  const levelsOf = (schema: z.ZodType) =>
    z.toJSONSchema(schema, { io: 'input' }).properties!.levels as JsonSchema;
  const [architecture, constraints, mapping] = [architectureSchema, constraintsSchema, mappingSchema];

  test.each([
    ['Your own accelerator', Object.keys(architecture.shape)],
    ['Levels', keysOf(levelsOf(architecture).items as JsonSchema)],
    ['Your own constraints', Object.keys(constraints.shape)],
    ['Rules of a level', keysOf(levelsOf(constraints).additionalProperties as JsonSchema)],
    ['Evaluate a mapping', keysOf(levelsOf(mapping).items as JsonSchema)],
  ])('has every key: %s', (section, keys) => {
    expect(keys).not.toEqual([]);
    expect(new Set(columnOf(tableIn(page, section, 'key')))).toEqual(new Set(keys));
  });

  test('has every field of the certificate', () => {
    const outcome = mapNest(convolution('one', { M: 2 }), architecturePreset('eyeriss-like-256'));
    if (!outcome.feasible) throw new Error(outcome.reason.message);
    expect(columnOf(tableIn(page, 'The certificate', 'field'))).toEqual(Object.keys(outcome.search));
  });

  test('has the default architecture', () => {
    expect(page).toContain(`mapped onto \`${ARCHITECTURE_PRESET_NAMES[0]}\``);
  });
});

describe('docs/closed-forms.md', () => {
  const page = readDocument('docs/closed-forms.md');
  const layer = selectLayers(builtinNetwork('alexnet'), ['CONV3'])[0]!;
  const compared = DATAFLOWS.map((dataflow) => {
    const best = analyzeLayer(layer, dataflow);
    if (!best.feasible) throw new Error(best.reason.message);
    const { mapping } = best;
    return { ...dataflow, mapping, ...compareWithNest(layer, dataflow, mapping) };
  });
  const causes = Object.keys(NEST_CAUSES) as NestCause[];
  const thousands = (words: number) => Math.round(words / 1000).toLocaleString('en');
  const signed = (number: number, text: string) => `${number < 0 ? '−' : '+'}${text}`;

  test('has the mappings, and what whole tiles make of them', () => {
    const rows = compared.map(({ name, mapping, whole, problem, activePes }) => {
      const changed = Object.entries(whole).filter(([letter, tile]) => tile !== mapping[letter]);
      const { C, E, F, M, N } = layerShape(layer, 16);
      const sizes = Object.entries({ N, M, C, P: E, Q: F }).flatMap(([letter, size]) =>
        problem.sizes[letter] === size ? [] : [[letter, problem.sizes[letter]]],
      );
      const listed = (values: readonly (readonly unknown[])[]) =>
        values.map(([letter, value]) => `${letter}=${value}`).join(' ') || '—';
      return [
        name,
        listed(Object.entries(mapping)),
        listed(changed),
        listed(sizes),
        ...[activePes.closedForm, activePes.nest].map(String),
      ];
    });
    expect(rowsOf(tableIn(page, 'One mapping in both models', 'dataflow'))).toEqual(rows);
  });

  test('has the energy, by cause', () => {
    const table = tableIn(page, 'Energy per MAC', 'energy per MAC');
    const row = (name: string, of: (one: (typeof compared)[number]) => string) => [name, ...compared.map(of)];
    const present = causes.filter((cause) =>
      compared.some(({ energyByCause }) => energyByCause[cause] !== 0),
    );
    expect(table.header.slice(1)).toEqual(compared.map(({ name }) => name));
    expect(rowsOf(table)).toEqual([
      row('closed form', ({ energyPerMac }) => energyPerMac.closedForm.toFixed(3)),
      ...present.map((cause) =>
        row(cause, ({ energyByCause }) => {
          const energy = energyByCause[cause];
          return energy === 0 ? '—' : signed(energy, Math.abs(energy).toFixed(3));
        }),
      ),
      row('loop nest', ({ energyPerMac }) => energyPerMac.nest.toFixed(3)),
    ]);
  });

  test('explains every cause', () => {
    const rows = rowsOf(tableIn(page, 'The causes', 'cause'));
    expect(rows).toEqual(Object.entries(NEST_CAUSES));
  });

  test.each(compared)('has the counts and loops of $name', ({ name, title, nest, counts }) => {
    const rows = counts
      .filter(({ closedForm, nest }) => closedForm + nest > 0)
      .map(({ level, data, closedForm, nest, causes }) => [
        `${level === 'array' ? level : level.toUpperCase()} ${data}`,
        ...[closedForm, nest].map(thousands),
        causes
          .map(({ cause, words }) => signed(words, `${thousands(Math.abs(words))} ${cause}`))
          .join('; ') || '—',
      ]);
    expect(rowsOf(tableIn(page, `${name}: ${title}`, 'thousand words'))).toEqual(rows);
    const loops = nest.levels.map(({ name, temporal, spatialX = [] }) => {
      const written = [...temporal, ...spatialX.map(([letter, steps]) => [`par ${letter}`, steps])];
      return `${name}: ${written.map(([letter, steps]) => `${letter} ${steps}`).join(', ') || '—'}`;
    });
    expect(page).toContain(`\n${loops.join(' · ')}\n`);
  });
});

test('docs/maestro.md has every type of layer that is read', () => {
  const cells = columnOf(tableIn(readDocument('docs/maestro.md'), 'What becomes what', 'MAESTRO'));
  const types = cells.flatMap((cell) => /^Type: (\w+)/.exec(cell)?.[1] ?? []);
  expect(types).toEqual(Object.keys(MAESTRO_TYPES));
});

test('docs/hardware.md has every schema', () => {
  const schemas = columnOf(tableIn(readDocument('docs/hardware.md'), 'Completion in an editor', 'schema'));
  expect(schemas).toEqual(FILE_KINDS.map((kind) => `${kind}.schema.json`));
});

test('docs/hardware.md has every key of a hardware file', () => {
  const hardware = readDocument('docs/hardware.md');
  expect(columnOf(tableIn(hardware, 'The file', 'key'))).toEqual(Object.keys(hardwareSchema.shape));
  const costs = rowsOf(tableIn(hardware, 'Energy', 'key'));
  expect(Object.fromEntries(costs.map(([key, , cost]) => [key, Number(cost)]))).toEqual(EYERISS_ENERGY);
});

describe('docs/chip.md', () => {
  const page = readDocument('docs/chip.md');

  test('has every key of a chip file, with what it means and its value in Eyeriss', () => {
    expect(rowsOf(tableIn(page, 'Variants', 'key'))).toEqual(keysOf(z.toJSONSchema(chipSchema)).slice(1));
  });

  test('sets the best mappings beside the published ones', () => {
    const rows = builtinNetwork('alexnet')
      .layers.filter(({ name }) => PUBLISHED_ALEXNET[name])
      .map((layer) => {
        const run = chipLayer(layer, 4);
        const published = { ...PUBLISHED_ALEXNET[layer.name]!.mapping, f: run.shape.F };
        const best = bestChipMapping(EYERISS_CHIP, run.shape);
        if (!best.feasible) throw new Error(layer.name);
        const energy = (mapping: ChipMapping) =>
          energyOf(run.shape.macs, frameworkAccesses(EYERISS_CHIP, run, mapping), EYERISS_ENERGY).total;
        const more = (of: (mapping: ChipMapping) => number, decimals: number) => {
          const percent = 100 * (of(best.mapping) / of(published) - 1);
          return `${percent < 0 ? '−' : '+'}${Math.abs(percent).toFixed(decimals)} %`;
        };
        const mappings = [published, best.mapping].map((mapping) => mappingText(mapping, run.shape));
        return [layer.name, ...mappings, more(energy, 1), more((one) => onChip(run, one).latencyMs, 0)];
      });
    expect(rowsOf(tableIn(page, 'Mappings', 'layer'))).toEqual(rows);
  });

  test('has the mappings of VGG-16 of the report', () => {
    const report = csvParse(readDocument('docs/paper/table6.csv'));
    const seconds = (column: string, rows: readonly (typeof report)[number][] = report) =>
      `${(rows.reduce((sum, row) => sum + Number(row[column]), 0) / 1e3).toFixed(2)} s`;
    const slow = report.filter(({ layer }) => layer === 'CONV1-2');
    const prose = page.replaceAll(/\s+/g, ' ');
    for (const text of [
      `CONV1-2 run at ${Number(slow[0]!.measured_busy).toFixed(0)} % of what its ${slow[0]!.active_pes} PEs`,
      `With ${slow[0]!.best_channels} channels in a pass`,
      `takes ${seconds('best_latency_ms', slow)} instead of ${seconds('latency_ms', slow)};`,
      `take ${seconds('best_latency_ms')} instead of ${seconds('latency_ms')} (${seconds('measured_latency_ms')} on the chip)`,
    ])
      expect(prose).toContain(text);
    expect(rowsOf(tableIn(page, 'What the chip ran, and what it could have', 'layer'))).toEqual(
      report.map((row) => {
        const ms = (column: string) => Number(row[column]).toFixed(1);
        const latency = `${ms('latency_ms')} of ${ms('measured_latency_ms')}`;
        return [row.layer, row.mapping, latency, row.best_mapping, ms('best_latency_ms')];
      }),
    );
  });
});

describe('docs/run.md', () => {
  const page = readDocument('docs/run.md');
  const { options } = commandRun();

  test('has every key of a processing file, with what it means and its default', () => {
    const keys = rowsOf(tableIn(page, 'Your own network', 'key'));
    expect(keys.map(([key, , ...rest]) => [key, ...rest])).toEqual(keysOf(z.toJSONSchema(processingSchema)));
  });

  test('has the flags that say the same', () => {
    const keys = rowsOf(tableIn(page, 'Your own network', 'key'));
    const long = options.map(({ long }) => long!);
    expect(keys.map(([key, flag]) => [key, flag])).toEqual(
      keys.map(([key]) => [key, long.find((flag) => flag === `--${key!.split('.')[1]}`) ?? '']),
    );
  });

  test('has all flags', () => {
    const flags = columnOf(tableIn(page, 'All flags', 'flag')).map((flag) => flag.split(' ')[0]);
    expect(flags).toEqual(options.map(({ long }) => long));
  });

  test('has all formats', () => {
    const [row] = rowsOf(tableIn(page, 'All flags', 'flag')).filter(([flag]) => flag!.startsWith('--format'));
    expect(row![1]!.match(/\w+(?=,| or |$| \()/g)).toEqual(RUN_FORMATS);
  });

  test('has the columns of the table of noise', () => {
    const { columns } = noiseSheet(exampleRun(5));
    const names = columns.map(({ name, unit }) => (unit === undefined ? name : `${name} ${unit}`));
    expect(columnOf(tableIn(page, 'What the answer says', 'column'))).toEqual(names.slice(2));
  });
});

/** `rowhouse run`, with its flags. */
function commandRun(): Command {
  const program = new Command();
  addRun(program);
  return program.commands[0]!;
}

type JsonSchema = z.core.JSONSchema.BaseSchema;

/** Key, meaning and default of everything in a schema: `array.rows`. */
function keysOf({ properties = {} }: JsonSchema, path = ''): string[][] {
  return Object.entries(properties as Record<string, JsonSchema>).flatMap(([key, schema]) => {
    if (schema.properties) return keysOf(schema, `${path}${key}.`);
    const byDefault = schema.default ?? '';
    const value = Array.isArray(byDefault) ? `[${byDefault.join(', ')}]` : String(byDefault);
    return [[path + key, schema.description!, value]];
  });
}

test('one version everywhere', () => {
  const { version } = JSON.parse(readDocument('package.json'));
  const citation = parse(readDocument('CITATION.cff'));
  expect(citation).toMatchObject({ 'cff-version': '1.2.0', version });
  expect(readDocument('CHANGELOG.md')).toContain(`## [${version}] - ${citation['date-released']}`);
  expect(readDocument('README.md')).toContain(`Version ${version} `);
});

describe('docs/results.md', () => {
  const results = readDocument('docs/results.md');
  const scratch = scratchFolder();

  test.each([
    ['an analysis', ANALYSIS_COLUMNS],
    ['a simulation', SIMULATION_COLUMNS],
    ['a run', RUN_COLUMNS],
    ['a mapped network', NEST_COLUMNS],
    ['the networks', NETWORK_COLUMNS],
    ["a network's layers", LAYER_COLUMNS],
    ["an ONNX file's nodes", NODE_COLUMNS],
  ])('has the columns of %s', (section, columns: readonly DataColumn[]) => {
    expect(rowsOf(tableIn(results, `Columns of ${section}`, 'column'))).toEqual(
      columns.map(({ name, type, unit, meaning }) => [name, type, unit, meaning]),
    );
  });

  test('has the types of columns', () => {
    const types = rowsOf(tableIn(results, 'CSV and Parquet', 'type'));
    expect(Object.fromEntries(types)).toEqual(PARQUET_TYPES);
    expect(results).toContain(`\`${PARQUET_COLUMNS_KEY}\``);
  });

  test('has the formats', () => {
    const formats = columnOf(tableIn(results, 'Results', 'format'));
    expect(formats).toEqual(
      [...FORMATS, 'html', 'svg'].map((one) => (one === 'table' ? `${one} (default)` : one)),
    );
  });

  test('has the fields of the JSON document of a run', async () => {
    const run = exampleRun(8);
    const noted = { ...run.layers[0]!, note: 'what there is to know' };
    const fields = fieldsOf({ ...run, layers: [...run.layers, noted] });
    expect(new Set(columnOf(tableIn(results, 'Running a network', 'field')))).toEqual(new Set(fields));
    const lenet = join(ROOT, 'examples/lenet-5');
    const { out } = await rowhouse(
      ...['run', join(lenet, 'lenet-5.onnx'), '--input', join(lenet, 'digits/0.png'), '--json'],
      ...['--state', scratch.folder],
    );
    for (const field of fieldsOf(JSON.parse(out))) expect(fields).toContain(field);
  });

  test('has the fields of the JSON documents of loop nests', async () => {
    const own = (command: string) =>
      new Set(columnOf(tableIn(results, `The JSON document of ${command}`, 'field')));
    const documentOf = async (...words: readonly string[]) =>
      JSON.parse((await rowhouse(...words, '--json')).out);
    const layer = ['alexnet', '--layers', 'CONV3'];
    const tiny = 'name: tiny\nlevels: [{ name: DRAM, energy: 1, capacity: 9 }]\nmac: { energy: 1 }\n';
    const none = await documentOf('map', ...layer, '--hardware', scratch.write('tiny.yaml', tiny));
    const found = await documentOf('map', ...layer);
    expect(own('map')).toEqual(new Set([...fieldsOf(found), ...fieldsOf(none)]));

    const mapping = scratch.write('mapping.json', JSON.stringify(found.layers[0].mapping));
    const evaluated = await documentOf('evaluate', '--problem', 'alexnet:CONV3', '--mapping', mapping);
    expect(own('evaluate')).toEqual(new Set(fieldsOf(evaluated)));

    const vectors = scratch.write(
      'vectors.jsonl',
      blocksOf(readDocument('docs/loopnest.md'))
        .find(({ file }) => file === 'vectors.jsonl')!
        .text.replace('"cycles":2', '"cycles":3'),
    );
    const compared = await documentOf('evaluate', '--vectors', vectors);
    expect(own('evaluate --vectors')).toEqual(new Set(fieldsOf(compared)));
  });

  test('has the fields of the JSON document of one network', async () => {
    const { layers, coverage, name } = counted(parseOnnx(oddModel(), { file: 'odd.onnx' }));
    const others = counted(builtinNetwork('alexnet')).layers;
    const fields = fieldsOf({ network: name, coverage: !!coverage, layers: [...layers, ...others] });
    const own = columnOf(tableIn(results, 'One network', 'field'));
    expect(new Set(own)).toEqual(
      new Set([...fields, 'layers[].weightsPerImage'].map((field) => field.replace('[][]', '[]'))),
    );
  });

  test('has the fields of the JSON document, and no others', () => {
    const batch64 = analyze(builtinNetwork('alexnet'), { batch: 64 });
    const fromOnnx = analyze(parseOnnx(oddModel(), { file: 'odd.onnx' }));
    const fields = [batch64, fromOnnx].flatMap((result) => fieldsOf(JSON.parse(JSON.stringify(result))));
    expect(new Set(columnOf(tableIn(results, 'JSON', 'field')))).toEqual(new Set(fields));
  });
});

/** Fields whose keys are said in prose. */
const TABULAR = [
  ...['mapping', 'accesses', 'byLevel', 'cyclesByLevel', 'byData', 'reuse', 'prunedBy'],
  ...['uncompressed', 'waterfall'],
  ...['byTensor', 'counts', 'networkWords', 'padded', 'broken', 'rules', 'differences'],
];

/** Paths to every value: `results[].layers[].name`. */
function fieldsOf(value: unknown, path = ''): string[] {
  if (value === null) return [];
  if (typeof value !== 'object' || TABULAR.includes(path.split('.').at(-1)!)) return [path];
  if (Array.isArray(value)) return value.flatMap((item) => fieldsOf(item, `${path}[]`));
  return Object.entries(value).flatMap(([key, inner]) =>
    fieldsOf(inner, path === '' ? key : `${path}.${key}`),
  );
}
