import { dirname, join } from 'node:path';
import { InputError } from '../input-error.ts';
import { readClasses, readLabels } from '../run/labels.ts';
import {
  COLORS,
  DEFAULT_PROCESSING,
  FITS,
  LAYOUTS,
  type PerChannel,
  type Processing,
} from '../run/processing.ts';
import type { ClassOptions } from '../run/run.ts';
import { readText } from './files.ts';
import { commaList, oneOf, together, wholeNumber } from './flags.ts';

/** What the flags say of pictures and classes; what they leave out is as in the file of `--processing`. */
export interface ProcessingFlags {
  readonly processing?: string;
  readonly size?: string;
  readonly fit?: string;
  readonly layout?: string;
  readonly colors?: string;
  readonly mean?: string;
  readonly scale?: string;
  readonly labels?: string;
  readonly truth?: string;
  readonly top?: string;
}

const LARGEST_SIZE = 1e6;
const MOST_TOP = 1000;

/**
 * How pictures become the input of a network, and how its output is told. Files that a file names are beside it.
 *
 * @throws InputError if a flag or the file has mistakes.
 */
export async function processingOf(flags: ProcessingFlags): Promise<Processing> {
  const { input, output } = await processingIn(flags.processing);
  const given = await together({
    size: () => (flags.size === undefined ? input.size : sizeIn(flags.size)),
    fit: () => (flags.fit === undefined ? input.fit : oneOf('--fit', flags.fit, FITS)),
    layout: () => (flags.layout === undefined ? input.layout : oneOf('--layout', flags.layout, LAYOUTS)),
    colors: () => (flags.colors === undefined ? input.colors : oneOf('--colors', flags.colors, COLORS)),
    mean: () => (flags.mean === undefined ? input.mean : numbersIn('--mean', flags.mean)),
    scale: () => (flags.scale === undefined ? input.scale : scaleIn(flags.scale)),
    top: () => (flags.top === undefined ? output.top : wholeNumber('--top', flags.top, MOST_TOP)),
  });
  const { top, ...rest } = given;
  return {
    input: { ...input, ...rest },
    output: { ...output, top, labels: flags.labels ?? output.labels },
  };
}

async function processingIn(file: string | undefined): Promise<Processing> {
  if (file === undefined) return DEFAULT_PROCESSING;
  const text = readText(file);
  const { parseProcessing } = await import('../run/processing-file.ts');
  const { input, output } = parseProcessing(text, file);
  const { labels } = output;
  return { input, output: { ...output, labels: labels && join(dirname(file), labels) } };
}

function sizeIn(text: string): readonly [number, number] {
  const words = text.split(/[,x×]/).map((word) => word.trim());
  const sizes = words.map((word) => (/^\d+$/.test(word) ? Number(word) : Number.NaN));
  if (sizes.length === 2 && sizes.every((size) => size >= 1 && size <= LARGEST_SIZE)) {
    return sizes as [number, number];
  }
  const allowed = `rows,columns: two whole numbers from 1 to ${LARGEST_SIZE}`;
  throw new InputError({ code: 'not-allowed', path: ['--size'], found: text, allowed });
}

function numbersIn(flag: string, text: string): PerChannel {
  const numbers = commaList(text).map((word) => (word === '' ? Number.NaN : Number(word)));
  if (numbers.every(Number.isFinite)) {
    if (numbers.length === 1) return numbers[0]!;
    if (numbers.length === 3) return numbers as [number, number, number];
  }
  const allowed = 'one number, or three with commas, one for each channel';
  throw new InputError({ code: 'not-allowed', path: [flag], found: text, allowed });
}

function scaleIn(text: string): PerChannel {
  const scale = numbersIn('--scale', text);
  if (![scale].flat().includes(0)) return scale;
  throw new InputError({ code: 'not-allowed', path: ['--scale'], found: text, allowed: 'any numbers but 0' });
}

/**
 * Names of the classes, and the true classes of images.
 *
 * @param classes that the network tells apart; undefined where its output is no list of scores
 * @throws InputError if they are not as many as classes or images, or if there are no classes.
 */
export function classesFor(
  { labels: file, softmax, top }: Processing['output'],
  { truth: truthFile }: ProcessingFlags,
  classes: number | undefined,
  images: number,
): ClassOptions {
  if (classes === undefined) {
    const flag = truthFile !== undefined ? '--truth' : '--labels';
    const given = truthFile ?? file;
    if (given === null) return {};
    const allowed = 'nothing: what the network makes of an image is no list of scores';
    throw new InputError({ code: 'not-allowed', path: [flag], found: given, allowed });
  }
  const labels = file === null ? null : readLabels(readText(file), file, classes);
  const truth =
    truthFile === undefined
      ? undefined
      : readClasses(readText(truthFile), truthFile, { images, classes, labels });
  return { top, softmax, labels, truth };
}
