/** How a picture becomes the input of a network, and how the network's output is told. */
export interface Processing {
  readonly input: InputProcessing;
  readonly output: OutputProcessing;
}

/** How a picture of another size than the network's becomes one of that size. */
export const FITS = ['stretch', 'contain', 'cover'] as const;
export type Fit = (typeof FITS)[number];

/** The order of an input's indexes: images (N), channels (C), rows (H) and columns (W), the last running fastest. */
export const LAYOUTS = ['NCHW', 'NHWC'] as const;
export type Layout = (typeof LAYOUTS)[number];

/** The channels of an input of three, in their order. */
export const COLORS = ['rgb', 'bgr', 'gray'] as const;
export type Colors = (typeof COLORS)[number];

/** One number for all channels, or one for each of three. */
export type PerChannel = number | readonly [number, number, number];

/**
 * From a picture to numbers: it is brought to the network's size, then each value is `(pixel − mean) / scale`, with pixels
 * from 0 to 255.
 */
export interface InputProcessing {
  /** Rows and columns, for a network that leaves them open; null: the network's own. */
  readonly size: readonly [rows: number, columns: number] | null;
  /**
   * `stretch` changes the proportions; `contain` keeps them and leaves a strip at the right or the bottom, as readers of
   * text want; `cover` keeps them and takes the middle, as most networks for photographs want.
   */
  readonly fit: Fit;
  /** The pixel, from 0 to 255, in the strip that `contain` leaves. */
  readonly background: number;
  /** PyTorch's NCHW, or TensorFlow's NHWC. */
  readonly layout: Layout;
  /**
   * The channels of a network that has three: `rgb`; `bgr`, as Caffe and OpenCV have them; `gray` in all three. A network
   * of one channel gets grey, by the luma of ITU-R BT.601.
   */
  readonly colors: Colors;
  /** What is taken from pixels, in the order that `colors` gives channels: `[123.675, 116.28, 103.53]` for ImageNet. */
  readonly mean: PerChannel;
  /**
   * What they are divided by then, such as their standard deviation: `[58.395, 57.12, 57.375]`; 255 makes them 0 to 1, and
   * 127.5 with a mean of 127.5 makes them −1 to 1. Below 0 it makes a negative: black is 1 with a mean of 255 and −255.
   */
  readonly scale: PerChannel;
}

/** From the network's scores to classes. */
export interface OutputProcessing {
  /** The file with the classes' names, one a line; null: classes are told by number. */
  readonly labels: string | null;
  /** Whether scores become probabilities by softmax; null: unless they are such already. */
  readonly softmax: boolean | null;
  /** Classes that are told, the best ones. */
  readonly top: number;
}

/** What holds where nothing is said: pixels from 0 to 1, as PyTorch's ToTensor makes them. */
export const DEFAULT_PROCESSING: Processing = {
  input: {
    size: null,
    fit: 'stretch',
    background: 0,
    layout: 'NCHW',
    colors: 'rgb',
    mean: 0,
    scale: 255,
  },
  output: { labels: null, softmax: null, top: 5 },
};
