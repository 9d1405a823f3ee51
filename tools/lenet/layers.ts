import { multiply, multiplyBackward, type Parameter, parameter } from './matrix.ts';

/** Sizes of an fmap: channels, height, width. */
export type Fmap = readonly [channels: number, height: number, width: number];

const words = ([channels, height, width]: Fmap): number => channels * height * width;

/** One layer, which works on one image at a time. Its results are valid until it is called again. */
export interface LayerInTraining {
  readonly name: string;
  /** Sizes of what comes out. */
  readonly output: Fmap;
  readonly parameters: readonly Parameter[];
  forward(x: Float64Array): Float64Array;
  /**
   * The gradient of the loss by the input of the last `forward`, from that by its output. Gradients of the parameters are
   * added to theirs.
   */
  backward(dy: Float64Array): Float64Array;
}

/** A convolution with a square kernel, a stride of 1 and as much padding on every side. */
export class Convolution implements LayerInTraining {
  readonly name: string;
  readonly output: Fmap;
  readonly parameters: readonly Parameter[];
  readonly #input: Fmap;
  readonly #weight: Parameter;
  readonly #bias: Parameter;
  /** Which word of the input each tap of each ofmap pixel is, `[pixel][tap]`; −1 in the padding. */
  readonly #places: Int32Array;
  readonly #x: Float64Array;
  readonly #dx: Float64Array;
  readonly #y: Float64Array;
  readonly #dInput: Float64Array;

  constructor(name: string, input: Fmap, filters: number, kernel: number, pad: number) {
    const [channels, height, width] = input;
    this.name = name;
    this.output = [filters, height + 2 * pad - kernel + 1, width + 2 * pad - kernel + 1];
    this.#input = input;
    this.#weight = parameter(`${name}.weight`, [filters, channels, kernel, kernel]);
    this.#bias = parameter(`${name}.bias`, [filters]);
    this.parameters = [this.#weight, this.#bias];
    this.#places = this.#placesOfTaps(kernel, pad);
    this.#x = new Float64Array(this.#places.length);
    this.#dx = new Float64Array(this.#places.length);
    this.#y = new Float64Array(words(this.output));
    this.#dInput = new Float64Array(words(input));
  }

  #placesOfTaps(kernel: number, pad: number): Int32Array {
    const [channels, height, width] = this.#input;
    const [, rows, columns] = this.output;
    const places: number[] = [];
    for (let pixel = 0; pixel < rows * columns; pixel++) {
      for (let tap = 0; tap < channels * kernel * kernel; tap++) {
        const channel = Math.floor(tap / (kernel * kernel));
        const row = Math.floor(pixel / columns) + (Math.floor(tap / kernel) % kernel) - pad;
        const column = (pixel % columns) + (tap % kernel) - pad;
        const isPadding = row < 0 || row >= height || column < 0 || column >= width;
        places.push(isPadding ? -1 : (channel * height + row) * width + column);
      }
    }
    return Int32Array.from(places);
  }

  forward(input: Float64Array): Float64Array {
    const [places, x] = [this.#places, this.#x];
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      x[i] = place < 0 ? 0 : input[place]!;
    }
    multiply(this.#weight, this.#bias, x, this.#y);
    return this.#y;
  }

  backward(dy: Float64Array): Float64Array {
    multiplyBackward(this.#weight, this.#bias, this.#x, dy, this.#dx);
    const [places, dx, dInput] = [this.#places, this.#dx, this.#dInput];
    dInput.fill(0);
    for (let i = 0; i < places.length; i++) {
      const place = places[i]!;
      if (place >= 0) dInput[place]! += dx[i]!;
    }
    return dInput;
  }
}

/** A fully connected layer, on an fmap of any form. */
export class FullyConnected implements LayerInTraining {
  readonly name: string;
  readonly output: Fmap;
  readonly parameters: readonly Parameter[];
  readonly #weight: Parameter;
  readonly #bias: Parameter;
  #x: Float64Array;
  readonly #y: Float64Array;
  readonly #dx: Float64Array;

  constructor(name: string, input: Fmap, filters: number) {
    this.name = name;
    this.output = [filters, 1, 1];
    this.#weight = parameter(`${name}.weight`, [filters, words(input)]);
    this.#bias = parameter(`${name}.bias`, [filters]);
    this.parameters = [this.#weight, this.#bias];
    this.#x = new Float64Array(words(input));
    this.#y = new Float64Array(filters);
    this.#dx = new Float64Array(words(input));
  }

  forward(x: Float64Array): Float64Array {
    this.#x = x;
    multiply(this.#weight, this.#bias, x, this.#y);
    return this.#y;
  }

  backward(dy: Float64Array): Float64Array {
    multiplyBackward(this.#weight, this.#bias, this.#x, dy, this.#dx);
    return this.#dx;
  }
}

/** Negative words become 0. */
export class Relu implements LayerInTraining {
  readonly name: string;
  readonly output: Fmap;
  readonly parameters: readonly Parameter[] = [];
  readonly #y: Float64Array;
  readonly #dx: Float64Array;

  constructor(name: string, input: Fmap) {
    this.name = name;
    this.output = input;
    this.#y = new Float64Array(words(input));
    this.#dx = new Float64Array(words(input));
  }

  forward(x: Float64Array): Float64Array {
    for (let i = 0; i < x.length; i++) this.#y[i] = Math.max(x[i]!, 0);
    return this.#y;
  }

  backward(dy: Float64Array): Float64Array {
    for (let i = 0; i < dy.length; i++) this.#dx[i] = this.#y[i]! > 0 ? dy[i]! : 0;
    return this.#dx;
  }
}

/** The largest of each 2 × 2 words; a last odd row or column is left out. */
export class MaxPool implements LayerInTraining {
  readonly name: string;
  readonly output: Fmap;
  readonly parameters: readonly Parameter[] = [];
  readonly #input: Fmap;
  /** Where the largest was. */
  readonly #largest: Int32Array;
  readonly #y: Float64Array;
  readonly #dx: Float64Array;

  constructor(name: string, input: Fmap) {
    const [channels, height, width] = input;
    this.name = name;
    this.output = [channels, height >> 1, width >> 1];
    this.#input = input;
    this.#largest = new Int32Array(words(this.output));
    this.#y = new Float64Array(words(this.output));
    this.#dx = new Float64Array(words(input));
  }

  forward(x: Float64Array): Float64Array {
    const [, height, width] = this.#input;
    const [channels, rows, columns] = this.output;
    let i = 0;
    for (let channel = 0; channel < channels; channel++) {
      for (let row = 0; row < rows; row++) {
        for (let column = 0; column < columns; column++, i++) {
          const corner = (channel * height + 2 * row) * width + 2 * column;
          let largest = corner;
          if (x[corner + 1]! > x[largest]!) largest = corner + 1;
          if (x[corner + width]! > x[largest]!) largest = corner + width;
          if (x[corner + width + 1]! > x[largest]!) largest = corner + width + 1;
          this.#largest[i] = largest;
          this.#y[i] = x[largest]!;
        }
      }
    }
    return this.#y;
  }

  backward(dy: Float64Array): Float64Array {
    this.#dx.fill(0);
    for (let i = 0; i < dy.length; i++) this.#dx[this.#largest[i]!] = dy[i]!;
    return this.#dx;
  }
}
