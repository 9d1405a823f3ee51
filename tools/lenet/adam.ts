import type { Parameter } from './matrix.ts';

const MEAN_DECAY = 0.9;
const SQUARE_DECAY = 0.999;
const EPSILON = 1e-8;

/** Steps down the gradients, each weight's as long as its gradients agree: D. Kingma and J. Ba, "Adam", ICLR 2015. */
export class Adam {
  readonly #states: readonly {
    readonly parameter: Parameter;
    readonly mean: Float64Array;
    readonly square: Float64Array;
  }[];
  #steps = 0;

  constructor(parameters: readonly Parameter[]) {
    this.#states = parameters.map((parameter) => ({
      parameter,
      mean: new Float64Array(parameter.values.length),
      square: new Float64Array(parameter.values.length),
    }));
  }

  /** Changes all weights by the gradients, which are those of so many images, and starts the next ones at 0. */
  step(rate: number, images: number): void {
    this.#steps++;
    const meanScale = 1 / (1 - MEAN_DECAY ** this.#steps);
    const squareScale = 1 / (1 - SQUARE_DECAY ** this.#steps);
    for (const { parameter, mean, square } of this.#states) {
      const { values, gradient } = parameter;
      for (let i = 0; i < values.length; i++) {
        const slope = gradient[i]! / images;
        mean[i] = MEAN_DECAY * mean[i]! + (1 - MEAN_DECAY) * slope;
        square[i] = SQUARE_DECAY * square[i]! + (1 - SQUARE_DECAY) * slope * slope;
        values[i]! -= (rate * mean[i]! * meanScale) / (Math.sqrt(square[i]! * squareScale) + EPSILON);
      }
      gradient.fill(0);
    }
  }
}
