import type { Command } from 'commander';
import { chipLayer } from '../chip/geometry.ts';
import type { LayerRun } from '../chip/layer.ts';
import { Recorder } from '../chip/recording.ts';
import { DETAILS, simulationSteps } from '../chip/simulation.ts';
import { parseTensor } from '../chip/tensor-file.ts';
import { type RecordedRun, traceEvents, traceText } from '../chip/trace.ts';
import { InputError } from '../input-error.ts';
import type { Layer, Network } from '../layer/layer.ts';
import { selectLayers } from '../layer/select.ts';
import { simulationData } from '../report/simulation-data.ts';
import { simulationTable } from '../report/simulation-table.ts';
import { type ChipFlags, chipOf, costsOf, mappingOf } from './chip-flags.ts';
import { CheckFailed } from './exit.ts';
import { checkPlace, readBytes, writeWhole } from './files.ts';
import { collected, commaList, oneOf, together, underFlag, wholeNumber } from './flags.ts';
import { NETWORK_ARGUMENT, networkNamed, SHAPE_FLAG } from './network.ts';
import { emit, FORMATS, type FormatFlags, formatNamed, formatted, terminalOptions } from './output.ts';
import { withProgress } from './progress.ts';

/** The most images. */
const MOST_BATCH = 1024;
const MOST_SEED = 2 ** 31 - 1;
/** The most words of a layer's tensors together: some gigabytes. */
const MOST_WORDS = 1e9;
/** Cycles between samples of a trace. */
const TRACE_INTERVAL = 32;

interface Flags extends FormatFlags, ChipFlags {
  readonly layers?: string;
  readonly shape?: readonly string[];
  readonly batch: string;
  readonly input?: string;
  readonly seed: string;
  readonly detail: string;
  readonly trace?: string;
}

/** Adds `rowhouse simulate` to the program. */
export function addSimulate(program: Command): void {
  program
    .command('simulate')
    .summary('a network on the Eyeriss chip: values, cycles, and where its throughput went')
    .description(
      'Runs layers on a simulated Eyeriss chip (JSSC 2017), or a variant of it: 16-bit values, cycles, words at every ' +
        'level, energy, and why the array did not reach its peak.',
    )
    .argument('<network>', NETWORK_ARGUMENT)
    .option('--layers <list>', 'conv, fc, pool or names, with commas (default: all)')
    .option(...SHAPE_FLAG, collected)
    .option('--batch <number>', 'images in a batch', '4')
    .option('--mapping <choice>', 'best, published (AlexNet), or letters: m=64,n=4,e=13,…', 'best')
    .option('--input <file>', 'ifmap words of the one layer that runs, .npy or .json (default: drawn)')
    .option('--seed <number>', 'of the words that are drawn', '1')
    .option(
      '--detail <word>',
      'pass: each kind of pass once; cycle: every cycle, the same in minutes',
      'pass',
    )
    .option('--trace <file>', 'write a trace for Perfetto or Chrome')
    .option('--chip <file>', 'a .yaml file with a variant of the chip')
    .option('--hardware <file>', 'energy costs: a .yaml file, or a preset')
    .option('--format <word>', `${FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    .action(async (name: string, flags: Flags) => {
      const destination = { file: flags.out };
      const { format, model, input, ...options } = await together({
        format: () => formatNamed(flags, FORMATS),
        model: () => modelOf(name, flags),
        batch: () => wholeNumber('--batch', flags.batch, MOST_BATCH),
        mapping: () => mappingOf(flags),
        seed: () => wholeNumber('--seed', flags.seed, MOST_SEED),
        detail: () => oneOf('--detail', flags.detail, DETAILS),
        chip: () => chipOf(flags),
        costs: () => costsOf(flags),
        input: () => (flags.input === undefined ? undefined : readBytes('--input', flags.input)),
        trace: () => flags.trace !== undefined && checkPlace('--trace', flags.trace),
        place: () => flags.out !== undefined && checkPlace('--out', flags.out),
      });
      const { network, layers } = model;
      refuseIfTooLarge(layers, options.batch);
      const ifmap = input && ifmapOf(input, flags.input!, layers, options.batch);
      const recorded: RecordedRun[] = [];
      const record = (run: LayerRun) => {
        const recorder = new Recorder(TRACE_INTERVAL);
        recorded.push({ run, recorder });
        return recorder;
      };
      const steps = simulationSteps(network, { ...options, layers, ifmap, ...(flags.trace && { record }) });
      const result = await inTermsOfFlags(flags, () => withProgress('simulating', steps));
      const content = await formatted(format, {
        table: () => simulationTable(result, terminalOptions(destination)),
        json: result,
        data: () => simulationData(result),
      });
      if (flags.trace !== undefined) writeWhole('--trace', flags.trace, traceText(traceEvents(recorded)));
      emit(content, destination);
      if (result.layers.some(({ output }) => !output.bitExact)) throw new CheckFailed();
    });
}

const EXAMPLES = `
Examples:
  rowhouse simulate alexnet --layers conv --mapping published
  rowhouse simulate vgg-16 --layers CONV1-2 --batch 3
  rowhouse simulate alexnet --layers CONV3 --mapping m=64,n=4,e=13,p=16,q=3,r=2,t=2 --trace conv3.json`;

async function modelOf(
  name: string,
  { layers: list, shape }: Flags,
): Promise<{ network: Network; layers: readonly Layer[] }> {
  const network = await networkNamed(name, shape);
  if (list === undefined) return { network, layers: network.layers };
  return { network, layers: underFlag('--layers', () => selectLayers(network, commaList(list))) };
}

function refuseIfTooLarge(layers: readonly Layer[], batch: number): void {
  const wordsOf = (layer: Layer, images: number) => {
    const { ifmaps, weights, ofmaps } = chipLayer(layer, images).shape;
    return ifmaps + weights + ofmaps;
  };
  underFlag('--batch', () => {
    for (const layer of layers) {
      if (wordsOf(layer, batch) <= MOST_WORDS) continue;
      const fewer = wordsOf(layer, 1) <= MOST_WORDS ? 'fewer images: ' : '';
      const allowed = `${fewer}layers of at most ${MOST_WORDS} words, and ${layer.name} has ${wordsOf(layer, batch)}`;
      throw new InputError({ code: 'out-of-range', path: ['batch'], found: batch, allowed });
    }
  });
}

function ifmapOf(bytes: Uint8Array, file: string, layers: readonly Layer[], batch: number): Int16Array {
  const [layer, ...others] = layers;
  if (layer === undefined || others.length > 0) {
    const found = `${layers.length} layers`;
    const allowed = 'one layer next to --input, whose ifmap the file is';
    throw new InputError({ code: 'not-allowed', path: ['--layers'], found, allowed });
  }
  return parseTensor(bytes, file, [batch, ...layer.input]);
}

/** Problems in terms of flags: those of a mapping, and layers that the chip cannot run. */
async function inTermsOfFlags<R>({ layers }: Flags, action: () => Promise<R>): Promise<R> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const problems = error.problems.map((problem) => {
      if (problem.path[0] === 'mapping') return { ...problem, path: ['--mapping'] };
      if (layers !== undefined || problem.code !== 'does-not-fit') return problem;
      return { ...problem, allowed: `${problem.allowed}; or leave it out with --layers` };
    });
    throw new InputError(...problems);
  }
}
