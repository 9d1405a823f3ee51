import type { Command } from 'commander';
import { COLORS, FITS, LAYOUTS } from '../run/processing.ts';
import type { ChipFlags } from './chip-flags.ts';
import { collected } from './flags.ts';
import { FORMATS, type FormatFlags } from './output.ts';
import type { ProcessingFlags } from './run-processing.ts';

export const RUN_FORMATS = [...FORMATS, 'html'] as const;

export interface RunFlags extends FormatFlags, ProcessingFlags, ChipFlags {
  readonly input?: readonly string[];
  readonly batch?: string;
  readonly images?: string;
  readonly seed: string;
  readonly until?: string;
  /** False for `--no-bias-correction`. */
  readonly biasCorrection: boolean;
  readonly trace?: string;
  readonly resume?: true;
  readonly state?: string;
}

/** Adds `rowhouse run` to the program. */
export function addRun(program: Command): void {
  program
    .command('run')
    .summary('a real network, end to end: images in, classes out, convolutions on the simulated chip')
    .description(
      'Runs a network on images: convolutions, products of matrices and maximum pools on a simulated Eyeriss chip, in ' +
        'words of 16 bits, everything else by onnxruntime. Tells what the images are, how near each layer comes to the ' +
        'float network, and what it costs on these images.',
    )
    .argument('<network>', 'an .onnx file; or another network, such as alexnet, whose weights are then drawn')
    .option(
      '--input <place>',
      'a picture, a tensor (.npy, .json), or a folder of them; may be repeated',
      collected,
    )
    .option(
      '--batch <number>',
      'images that the chip works on at once (default: as the file is made for, or 4)',
    )
    .option('--images <number>', 'images that are drawn where none are given (default: a batch)')
    .option('--seed <number>', 'of weights and images that are drawn', '1')
    .option('--until <node>', 'ends the network with this node')
    .option('--processing <file>', 'a .yaml file: how pictures become the input, and how the output is told')
    .option('--size <rows,columns>', 'of pictures, where the network leaves it open')
    .option('--fit <word>', `${FITS.join(', ')} (default: stretch)`)
    .option('--layout <word>', `${LAYOUTS.join(', ')} (default: NCHW)`)
    .option('--colors <word>', `${COLORS.join(', ')} (default: rgb)`)
    .option('--mean <numbers>', 'a value is (pixel - mean) / scale, with pixels from 0 to 255 (default: 0)')
    .option('--scale <numbers>', 'one number, or one for each channel (default: 255)')
    .option('--labels <file>', 'names of the classes, one a line')
    .option('--truth <file>', 'true classes of the images, one a line')
    .option('--top <number>', 'how many of the best classes of each image JSON tells (default: 5)')
    .option('--mapping <choice>', 'best, published (AlexNet), or letters: m=64,n=4,e=13,…', 'best')
    .option('--chip <file>', 'a .yaml file with a variant of the chip')
    .option('--hardware <file>', 'energy costs: a .yaml file, or a preset')
    .option('--no-bias-correction', 'biases as they are, not made up for what cutting products takes')
    .option('--trace <file>', 'write a trace for Perfetto or Chrome')
    .option('--resume', 'continue where the same command was interrupted')
    .option('--state <folder>', 'where to keep how far a run is (default: in your cache folder)')
    .option('--format <word>', `${RUN_FORMATS.join(', ')} (default: table)`)
    .option('--json', 'the same as --format json')
    .option('--out <file>', 'write to a file instead of standard output')
    .addHelpText('after', EXAMPLES)
    // What it needs takes long to load
    .action(async (name: string, flags: RunFlags) => {
      const { runCommand } = await import('./run-command.ts');
      await runCommand(name, flags, program.version() ?? '');
    });
}

const EXAMPLES = `
Examples:
  rowhouse run lenet-5.onnx --input digits --labels labels.txt
  rowhouse run model.onnx --input photo.png --mean 123.675,116.28,103.53 --scale 58.395,57.12,57.375
  rowhouse run alexnet --until CONV5 --format html --out alexnet.html`;
