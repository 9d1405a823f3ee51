import { type Command, Option } from 'commander';
import { type AnalysisOptions, analysisSteps } from '../analysis/analyze.ts';
import type { AnalysisResult } from '../analysis/result.ts';
import { eyerissBaseline, type Hardware } from '../hardware/hardware.ts';
import { parseHardware } from '../hardware/hardware-file.ts';
import { InputError } from '../input-error.ts';
import type { Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { analysisChart } from '../report/chart.ts';
import { analysisCsv } from '../report/csv.ts';
import { analysisHtml } from '../report/html.ts';
import { renderSvg } from '../report/render.ts';
import { analysisTable } from '../report/table.ts';
import { OBJECTIVES } from '../search/objective.ts';
import { readText } from './files.ts';
import { commaList, dataflowsNamed, oneOf, wholeNumber } from './flags.ts';
import { networkNamed } from './network.ts';
import { type Destination, emit, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

const FORMATS = ['table', 'json', 'csv', 'html', 'svg'] as const;
const MOST = 1_000_000;

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
    .argument('<network>', 'a built-in network (see rowhouse networks), or a .yaml or .json file')
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
      const format = formatOf(flags);
      const network = networkNamed(name);
      const result = await withProgress('mapping layers', analysisSteps(network, optionsOf(network, flags)));
      const destination: Destination = { file: flags.out };
      emit(await rendered(result, format, destination), destination);
    });
}

const EXAMPLES = `
Examples:
  rowhouse analyze alexnet
  rowhouse analyze vgg-16 --layers conv --pes 1024 --dataflow rs,nlr
  rowhouse analyze mine.yaml --objective edp --format html --out report.html`;

function formatOf({ format, json }: Flags): (typeof FORMATS)[number] {
  if (json && format !== undefined && format !== 'json') {
    const allowed = 'one of --json and --format, or both alike';
    throw new InputError({ code: 'not-allowed', path: ['--format'], found: format, allowed });
  }
  return json ? 'json' : oneOf('--format', format ?? 'table', FORMATS);
}

function optionsOf(network: Network, flags: Flags): AnalysisOptions {
  if (flags.shape !== undefined) {
    const allowed = 'nothing: only ONNX files have dynamic dimensions';
    throw new InputError({ code: 'not-allowed', path: ['--shape'], found: flags.shape, allowed });
  }
  return {
    dataflows: dataflowsNamed('--dataflow', flags.dataflow),
    hardware: hardwareOf(flags),
    batch: wholeNumber('--batch', flags.batch, MOST),
    objective: oneOf('--objective', flags.objective, OBJECTIVES),
    layers: flags.layers === undefined ? undefined : selectLayers(network, commaList(flags.layers)),
  };
}

function hardwareOf({ hardware: file, pes }: Flags): Hardware {
  const wanted = pes === undefined ? undefined : wholeNumber('--pes', pes, MOST);
  if (file === undefined) return eyerissBaseline(wanted ?? 256);
  const hardware = parseHardware(readText(file), file);
  return wanted === undefined ? hardware : { ...hardware, pes: wanted };
}

function rendered(
  result: AnalysisResult,
  format: (typeof FORMATS)[number],
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
