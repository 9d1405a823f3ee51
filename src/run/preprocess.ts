import { InputError, type Problem } from '../input-error.ts';
import type { Pixels } from './pixels.ts';
import type { Colors, Fit, InputProcessing, PerChannel } from './processing.ts';
import { resized } from './resize.ts';

/** The size of one image as a network wants it. */
export interface ImageShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** Shares of red, green and blue in a channel. */
type Mix = readonly [number, number, number];

const RED: Mix = [1, 0, 0];
const GREEN: Mix = [0, 1, 0];
const BLUE: Mix = [0, 0, 1];
/** ITU-R BT.601. */
const LUMA: Mix = [0.299, 0.587, 0.114];

const MIXES: Readonly<Record<Colors, readonly [Mix, Mix, Mix]>> = {
  rgb: [RED, GREEN, BLUE],
  bgr: [BLUE, GREEN, RED],
  gray: [LUMA, LUMA, LUMA],
};

/**
 * A picture as one image of a network's input: brought to the network's size without rounding, then each value
 * `(pixel − mean) / scale`. The order is that of `layout`, without N. `input.size` does not count: `shape` is the size.
 *
 * @throws InputError if no picture has so many channels, or if `mean` or `scale` are for three and there is one.
 */
export function preprocess(picture: Pixels, shape: ImageShape, input: InputProcessing): Float32Array {
  checkChannels(shape.channels, input);
  const { channels, height, width } = shape;
  const fitted = fittedTo(picture, height, width, input.fit);
  const pixelAt = (row: number, column: number, [red, green, blue]: Mix): number => {
    if (row >= fitted.height || column >= fitted.width) return input.background;
    const at = (row * fitted.width + column) * fitted.channels;
    const { values } = fitted;
    if (fitted.channels === 1) return values[at]!;
    return red * values[at]! + green * values[at + 1]! + blue * values[at + 2]!;
  };

  const values = new Float32Array(channels * height * width);
  const [rowStep, columnStep, channelStep] =
    input.layout === 'NCHW' ? [width, 1, height * width] : [width * channels, channels, 1];
  for (let channel = 0; channel < channels; channel++) {
    const mix = channels === 1 ? LUMA : MIXES[input.colors][channel]!;
    const mean = ofChannel(input.mean, channel);
    const scale = ofChannel(input.scale, channel);
    for (let row = 0; row < height; row++) {
      for (let column = 0; column < width; column++) {
        const at = row * rowStep + column * columnStep + channel * channelStep;
        values[at] = (pixelAt(row, column, mix) - mean) / scale;
      }
    }
  }
  return values;
}

const ofChannel = (values: PerChannel, channel: number): number =>
  typeof values === 'number' ? values : values[channel]!;

function checkChannels(channels: number, input: InputProcessing): void {
  if (channels !== 1 && channels !== 3) {
    const allowed = '1 or 3 for pictures; give images of others as a tensor';
    throw new InputError({ code: 'does-not-fit', path: ['channels'], found: channels, allowed });
  }
  const problems = (['mean', 'scale'] as const).flatMap((key): Problem[] => {
    if (channels === 3 || typeof input[key] === 'number') return [];
    const allowed = 'one number, since the network has one channel';
    return [{ code: 'does-not-fit', path: ['input', key], found: input[key], allowed }];
  });
  if (problems.length > 0) throw new InputError(...problems);
}

/** A picture of the size, or with `contain` of the largest one within it that has the picture's proportions. */
function fittedTo(picture: Pixels, height: number, width: number, fit: Fit): Pixels {
  const whole = { top: 0, left: 0, rows: picture.height, columns: picture.width };
  const down = height / picture.height;
  const across = width / picture.width;
  switch (fit) {
    case 'stretch':
      return resized(picture, whole, height, width);
    case 'contain': {
      const enlargement = Math.min(down, across);
      const rows = Math.max(1, Math.round(picture.height * enlargement));
      const columns = Math.max(1, Math.round(picture.width * enlargement));
      return resized(picture, whole, rows, columns);
    }
    case 'cover': {
      const enlargement = Math.max(down, across);
      const rows = height / enlargement;
      const columns = width / enlargement;
      const middle = { top: (picture.height - rows) / 2, left: (picture.width - columns) / 2, rows, columns };
      return resized(picture, middle, height, width);
    }
  }
}
