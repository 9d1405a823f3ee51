import { type Command, Option } from 'commander';
import { analysisSteps } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { eyerissBaseline, type Hardware } from '../hardware/hardware.ts';
import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { layerShape } from '../layer/shape.ts';
import { analysisChart } from '../report/chart.ts';
import { analysisCsv } from '../report/csv.ts';
import { analysisHtml } from '../report/html.ts';
import { renderSvg } from '../report/render.ts';
import { analysisTable } from '../report/table.ts';
import { OBJECTIVES } from '../search/objective.ts';
import { checkPlace, readText } from './files.ts';
import { commaList, dataflowsNamed, oneOf, together, underFlag, wholeNumber } from './flags.ts';
import { NETWORK_ARGUMENT, networkNamed } from './network.ts';
import { type Destination, emit, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

const FORMATS = ['table', 'json', 'csv', 'html', 'svg'] as const;
type Format = (typeof FORMATS)[number];

/** The most PEs and images. */
const MOST = 1_000_000;

/** The most layers of a chart: Vega takes some seconds and a gigabyte for so many. */
const MOST_CHARTED = 2000;

interface Flags {
  readonly dataflow: string;
  readonly pes?: string;
  readonly batch: string;
  readonly layers?: string;
  readonly objective: string;
  readonly hardware?: string;
  readonly shape?: string;
  readonly format?: string;
  readonly json?: true;
  readonly out?: string;
}

/** Adds `rowhouse analyze` to the program. */
export function addAnalyze(program: Command): void {
  program
    .command('analyze')
    .summary('the best mapping of every layer under six dataflows, and its energy')
    .description(
      'Finds the best mapping of every layer under each dataflow, with proof, and says what it costs at each level of ' +
        'the hierarchy. The dataflows share one storage area, as in the Eyeriss paper, unless the hardware file gives sizes.',
    )
    .argument('<network>', NETWORK_ARGUMENT)
    .option('--dataflow <list>', 'rs, ws, osa, osb, osc, nlr with commas, or all', 'all')
    .option('--pes <number>', 'processing elements (default: 256, or as in the hardware file)')
    .option('--batch <number>', 'images in a batch', '16')
    .option('--layers <list>', 'conv, fc, pool or names, with commas (default: conv,fc)')
    .option('--objective <word>', `what the best mapping makes small: ${OBJECTIVES.join(', ')}`, 'energy')
    .option('--hardware <file>', 'a .yaml file with PEs, storage and energy costs')
    .addOption(new Option('--shape <input=sizes>', 'sizes of dynamic dimensions of an ONNX file').hideHelp())
    .option('--format <word>', `${FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: Flags) => {
      const destination: Destination = { file: flags.out };
      const { format, model, ...options } = await together({
        format: () => formatOf(flags),
        model: () => modelOf(name, flags),
        dataflows: () => dataflowsNamed('--dataflow', flags.dataflow),
        hardware: () => hardwareOf(flags),
        batch: () => wholeNumber('--batch', flags.batch, MOST),
        objective: () => oneOf('--objective', flags.objective, OBJECTIVES),
        shape: () => refuseShape(flags),
        place: () => flags.out !== undefined && checkPlace('--out', flags.out),
      });
      refuseIfTooLarge(model.layers, options.batch, format);
      const layers = flags.layers === undefined ? undefined : model.layers;
      const steps = analysisSteps(model.network, { ...options, layers });
      const result = await withProgress('mapping layers', steps);
      emit(await rendered(result, format, destination), destination);
    });
}

const EXAMPLES = `
Examples:
  rowhouse analyze alexnet
  rowhouse analyze vgg-16 --layers conv --pes 1024 --dataflow rs,nlr
  rowhouse analyze mine.yaml --objective edp --format html --out report.html`;

function formatOf({ format, json }: Flags): Format {
  if (json && format !== undefined && format !== 'json') {
    const allowed = 'one of --json and --format, or both alike';
    throw new InputError({ code: 'not-allowed', path: ['--format'], found: format, allowed });
  }
  return json ? 'json' : oneOf('--format', format ?? 'table', FORMATS);
}

async function hardwareOf({ hardware: file, pes }: Flags): Promise<Hardware> {
  const given = await together({
    pes: () => (pes === undefined ? undefined : wholeNumber('--pes', pes, MOST)),
    hardware: () => (file === undefined ? undefined : hardwareIn(file)),
  });
  if (given.hardware === undefined) return eyerissBaseline(given.pes ?? 256);
  return given.pes === undefined ? given.hardware : { ...given.hardware, pes: given.pes };
}

async function hardwareIn(file: string): Promise<Hardware> {
  const text = readText(file);
  const { parseHardware } = await import('../hardware/hardware-file.ts');
  return parseHardware(text, file);
}

function refuseShape({ shape }: Flags): void {
  if (shape === undefined) return;
  const allowed = 'nothing: only ONNX files have dynamic dimensions';
  throw new InputError({ code: 'not-allowed', path: ['--shape'], found: shape, allowed });
}

async function modelOf(name: string, flags: Flags) {
  const network = await networkNamed(name);
  return { network, layers: layersOf(network, flags) };
}

function layersOf(network: Network, { layers: list }: Flags): readonly Layer[] {
  if (list !== undefined) return underFlag('--layers', () => selectLayers(network, commaList(list)));
  const layers = network.layers.filter(({ type }) => type !== 'pool');
  if (layers.length > 0) return layers;
  const allowed = `pool, as ${network.name} has no other layers`;
  throw new InputError({ code: 'missing', path: ['--layers'], allowed });
}

function refuseIfTooLarge(layers: readonly Layer[], batch: number, format: Format): void {
  underFlag('--batch', () => {
    for (const layer of layers) layerShape(layer, batch);
  });
  if (layers.length > MOST_CHARTED && (format === 'html' || format === 'svg')) {
    const allowed = `table, json or csv for ${layers.length} layers: a chart shows at most ${MOST_CHARTED}`;
    throw new InputError({ code: 'not-allowed', path: ['--format'], found: format, allowed });
  }
}

function rendered(
  result: AnalysisResult,
  format: Format,
  destination: Destination,
): string | Promise<string> {
  switch (format) {
    case 'table':
      return analysisTable(result, terminalOptions(destination));
    case 'json':
      return `${JSON.stringify(result, null, 2)}\n`;
    case 'csv':
      return analysisCsv(result);
    case 'svg':
      return renderSvg(analysisChart(result));
    case 'html':
      return analysisHtml(result);
  }
}
