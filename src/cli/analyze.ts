import type { Command } from 'commander';
import { analysisSteps } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { eyerissBaseline, type Hardware } from '../hardware/hardware.ts';
import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { layerShape } from '../layer/shape.ts';
import { analysisData } from '../report/analysis-data.ts';
import { analysisChart } from '../report/chart.ts';
import { analysisHtml } from '../report/html.ts';
import { renderSvg } from '../report/render.ts';
import { analysisTable } from '../report/table.ts';
import { OBJECTIVES } from '../search/objective.ts';
import { checkPlace } from './files.ts';
import { collected, commaList, dataflowsNamed, oneOf, together, underFlag, wholeNumber } from './flags.ts';
import { HARDWARE_ARGUMENT, hardwareNamed } from './hardware.ts';
import { NETWORK_ARGUMENT, networkNamed, SHAPE_FLAG } from './network.ts';
import {
  type Content,
  type Destination,
  emit,
  FORMATS,
  type FormatFlags,
  formatNamed,
  formatted,
  terminalOptions,
} from './output.ts';
import { withProgress } from './progress.ts';

const ANALYSIS_FORMATS = [...FORMATS, 'html', 'svg'] as const;
type AnalysisFormat = (typeof ANALYSIS_FORMATS)[number];

/** The most PEs and images. */
const MOST = 1_000_000;

/** The most layers of a chart: Vega takes some seconds and a gigabyte for so many. */
const MOST_CHARTED = 2000;

interface Flags extends FormatFlags {
  readonly dataflow: string;
  readonly pes?: string;
  readonly batch: string;
  readonly layers?: string;
  readonly objective: string;
  readonly hardware?: string;
  readonly shape?: readonly string[];
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
    .option('--pes <number>', 'processing elements (default: 256, or as the hardware has)')
    .option('--batch <number>', 'images in a batch', '16')
    .option('--layers <list>', 'conv, fc, pool or names, with commas (default: conv,fc)')
    .option('--objective <word>', `what the best mapping makes small: ${OBJECTIVES.join(', ')}`, 'energy')
    .option('--hardware <file>', HARDWARE_ARGUMENT)
    .option(...SHAPE_FLAG, collected)
    .option('--format <word>', `${ANALYSIS_FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: Flags) => {
      const destination: Destination = { file: flags.out };
      const { format, model, ...options } = await together({
        format: () => formatNamed(flags, ANALYSIS_FORMATS),
        model: () => modelOf(name, flags),
        dataflows: () => dataflowsNamed('--dataflow', flags.dataflow),
        hardware: () => hardwareOf(flags),
        batch: () => wholeNumber('--batch', flags.batch, MOST),
        objective: () => oneOf('--objective', flags.objective, OBJECTIVES),
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

async function hardwareOf({ hardware: name, pes }: Flags): Promise<Hardware> {
  const given = await together({
    pes: () => (pes === undefined ? undefined : wholeNumber('--pes', pes, MOST)),
    hardware: () => (name === undefined ? undefined : hardwareNamed(name)),
  });
  if (given.hardware === undefined) return eyerissBaseline(given.pes ?? 256);
  return given.pes === undefined ? given.hardware : { ...given.hardware, pes: given.pes };
}

async function modelOf(name: string, flags: Flags) {
  const network = await networkNamed(name, flags.shape);
  return { network, layers: layersOf(network, flags) };
}

function layersOf(network: Network, { layers: list }: Flags): readonly Layer[] {
  if (list !== undefined) return underFlag('--layers', () => selectLayers(network, commaList(list)));
  const layers = network.layers.filter(({ type }) => type !== 'pool');
  if (layers.length > 0) return layers;
  const allowed = `pool, as ${network.name} has no other layers`;
  throw new InputError({ code: 'missing', path: ['--layers'], allowed });
}

function refuseIfTooLarge(layers: readonly Layer[], batch: number, format: AnalysisFormat): void {
  underFlag('--batch', () => {
    for (const layer of layers) layerShape(layer, batch);
  });
  if (layers.length > MOST_CHARTED && (format === 'html' || format === 'svg')) {
    const allowed = `table, json, csv or parquet for ${layers.length} layers: a chart shows at most ${MOST_CHARTED}`;
    throw new InputError({ code: 'not-allowed', path: ['--format'], found: format, allowed });
  }
}

function rendered(
  result: AnalysisResult,
  format: AnalysisFormat,
  destination: Destination,
): Content | Promise<Content> {
  switch (format) {
    case 'svg':
      return renderSvg(analysisChart(result));
    case 'html':
      return analysisHtml(result);
    default:
      return formatted(format, {
        table: () => analysisTable(result, terminalOptions(destination)),
        json: result,
        data: () => analysisData(result),
      });
  }
}
