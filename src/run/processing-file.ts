import { z } from 'zod';
import { InputError, type Problem } from '../input-error.ts';
import { LARGEST_SIZE } from '../layer/layer.ts';
import { readYaml } from '../yaml-file.ts';
import { MOST_PIXELS } from './pixels.ts';
import { COLORS, DEFAULT_PROCESSING, FITS, LAYOUTS, type PerChannel, type Processing } from './processing.ts';

/**
 * The processing that the text of a YAML or JSON file describes; what the file leaves out is as in
 * {@link DEFAULT_PROCESSING}.
 *
 * @param file the file's name, for messages
 * @throws InputError with file, line and column, if the text is not YAML or does not describe a processing.
 */
export function parseProcessing(text: string, file: string): Processing {
  return readYaml(text, file, processingSchema, processingFromSpec);
}

const { input, output } = DEFAULT_PROCESSING;

const size = z.int().min(1).max(LARGEST_SIZE);

const number = z.number().min(-1e6).max(1e6);

const perChannel = (byDefault: PerChannel, of: string) =>
  z
    .union([number, z.tuple([number, number, number]).meta({ title: 'a list of three, one per channel' })])
    .default(typeof byDefault === 'number' ? byDefault : [...byDefault])
    .describe(of);

/** The form of a processing file. */
export const processingSchema = z.strictObject({
  input: z
    .strictObject({
      size: z
        .tuple([size, size])
        .meta({ title: '[rows, columns]' })
        .optional()
        .describe('Rows and columns, for a network that leaves them open. Default: what the network wants.'),
      fit: z
        .enum(FITS)
        .default(input.fit)
        .describe(
          'How a picture of another size is fitted: stretch changes its proportions; contain keeps them and leaves a strip at the right or the bottom; cover keeps them and takes the middle.',
        ),
      background: z
        .number()
        .min(0)
        .max(255)
        .default(input.background)
        .describe('The pixel, from 0 (black) to 255, in the strip that contain leaves.'),
      layout: z
        .enum(LAYOUTS)
        .default(input.layout)
        .describe("Order of the input's indexes: NCHW as in PyTorch, or NHWC as in TensorFlow."),
      colors: z
        .enum(COLORS)
        .default(input.colors)
        .describe(
          'Channels of a network that has three: rgb, bgr (Caffe, OpenCV), or gray in all three. A network of one gets grey.',
        ),
      mean: perChannel(
        input.mean,
        'What is taken from each pixel, which is 0 to 255: one number, or one per channel in the order of colors. A value is (pixel - mean) / scale. ImageNet: [123.675, 116.28, 103.53].',
      ),
      scale: perChannel(
        input.scale,
        'What it is divided by then, not 0: one number, or one per channel. 255 makes values from 0 to 1; 127.5, with a mean of 127.5, from -1 to 1. ImageNet: [58.395, 57.12, 57.375].',
      ),
    })
    .prefault({})
    .describe('How a picture becomes the input of the network.'),
  output: z
    .strictObject({
      labels: z
        .string()
        .min(1)
        .optional()
        .describe('File with the names of the classes, one a line, in their order. Default: only numbers.'),
      softmax: z
        .boolean()
        .meta({ title: 'true or false' })
        .optional()
        .describe(
          'Whether softmax makes probabilities of the scores. Default: unless they are some already, at least 0 and 1 together.',
        ),
      top: z.int().min(1).max(1000).default(output.top).describe('How many of the best classes are told.'),
    })
    .prefault({})
    .describe('How the output of the network is told.'),
});

type ProcessingSpec = z.output<typeof processingSchema>;

function processingFromSpec({ input, output }: ProcessingSpec): Processing {
  const problems = [...sizeProblems(input), ...scaleProblems(input)];
  if (problems.length > 0) throw new InputError(...problems);
  const { size = null } = input;
  const { labels = null, softmax = null, top } = output;
  return { input: { ...input, size }, output: { labels, softmax, top } };
}

function sizeProblems({ size: [rows, columns] = [1, 1] }: ProcessingSpec['input']): Problem[] {
  if (rows * columns <= MOST_PIXELS) return [];
  const allowed = `at most ${MOST_PIXELS} pixels together`;
  return [{ code: 'out-of-range', path: ['input', 'size'], found: [rows, columns], allowed }];
}

function scaleProblems({ scale }: ProcessingSpec['input']): Problem[] {
  const problem = (...index: readonly number[]): Problem => {
    return { code: 'not-allowed', path: ['input', 'scale', ...index], found: 0, allowed: 'any number but 0' };
  };
  if (typeof scale === 'number') return scale === 0 ? [problem()] : [];
  return scale.flatMap((each, i) => (each === 0 ? [problem(i)] : []));
}
