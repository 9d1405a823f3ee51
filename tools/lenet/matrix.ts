/** Weights with their bias, and what the loss would change by each: gradients are added up until they are used. */
export interface Parameter {
  /** As in the ONNX file: `conv1.weight`. */
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float64Array;
  readonly gradient: Float64Array;
}

export function parameter(name: string, dims: readonly number[]): Parameter {
  const count = dims.reduce((product, dim) => product * dim, 1);
  return { name, dims, values: new Float64Array(count), gradient: new Float64Array(count) };
}

/**
 * Sums of products: `y[f][p] = bias[f] + Σ_t weight[f][t] · x[p][t]`, for filters f, pixels p of the ofmap and taps t of a
 * filter.
 */
export function multiply(weight: Parameter, bias: Parameter, x: Float64Array, y: Float64Array): void {
  const { values: w } = weight;
  const filters = bias.values.length;
  const taps = w.length / filters;
  const pixels = y.length / filters;
  for (let p = 0; p < pixels; p++) {
    const [start, end] = [p * taps, (p + 1) * taps];
    // Two filters at a time, which do not wait for each other; the last one twice where their number is odd
    for (let f = 0; f < filters; f += 2) {
      const next = Math.min(f + 1, filters - 1);
      let [sum, nextSum] = [bias.values[f]!, bias.values[next]!];
      for (let at = start, t = f * taps, nextT = next * taps; at < end; at++, t++, nextT++) {
        const pixel = x[at]!;
        sum += w[t]! * pixel;
        nextSum += w[nextT]! * pixel;
      }
      y[f * pixels + p] = sum;
      y[next * pixels + p] = nextSum;
    }
  }
}

/** Adds to the gradients of weight and bias, and writes that of x, from that of y. */
export function multiplyBackward(
  weight: Parameter,
  bias: Parameter,
  x: Float64Array,
  dy: Float64Array,
  dx: Float64Array,
): void {
  const { values: w, gradient: dw } = weight;
  const filters = bias.values.length;
  const taps = w.length / filters;
  const pixels = dy.length / filters;
  dx.fill(0);
  for (let p = 0; p < pixels; p++) {
    const [start, end] = [p * taps, (p + 1) * taps];
    for (let f = 0; f < filters; f++) {
      const slope = dy[f * pixels + p]!;
      // Most are zero behind a ReLU and a pooling layer
      if (slope === 0) continue;
      bias.gradient[f]! += slope;
      for (let at = start, t = f * taps; at < end; at++, t++) {
        dw[t]! += slope * x[at]!;
        dx[at]! += slope * w[t]!;
      }
    }
  }
}
