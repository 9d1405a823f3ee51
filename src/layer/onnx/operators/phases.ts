import type { Walk } from './window.ts';

/** Convolutions, alike in all but their weights, that a transposed convolution falls into. */
export interface Phases {
  readonly walks: readonly [vertical: Walk, horizontal: Walk];
  /** How many are alike: one convolution with so many times the filters. */
  readonly phases: number;
}

/**
 * A transposed convolution as convolutions. With a stride of s, outputs that are s apart see the same weights, so each of
 * the s × s phases of the output is a convolution of stride 1 with its own share of the filter; no multiplication
 * by an inserted zero is left (Shi et al., "Is the deconvolution layer the same as a convolutional layer?", arXiv 1609.07009).
 *
 * @param plane the walks of the transposed convolution: `begin` and `end` are cut off its output
 */
export function phasesOf([vertical, horizontal]: readonly [Walk, Walk]): readonly Phases[] {
  const kinds = new Map<string, { walks: [Walk, Walk]; phases: number }>();
  for (const down of phasesAlong(vertical)) {
    for (const across of phasesAlong(horizontal)) {
      const key = JSON.stringify([down, across]);
      const kind = kinds.get(key) ?? { walks: [down.walk, across.walk], phases: 0 };
      kind.phases++;
      kinds.set(key, kind);
    }
  }
  return [...kinds.values()];
}

interface Phase {
  readonly walk: Walk;
  /** Pixels of the input at its beginning that no window of this phase reaches. */
  readonly skipped: number;
}

/** The phases along one axis: output o = s·j + a takes `x[(o + begin − k·d) / s] · w[k]` for each k where that is whole. */
function phasesAlong({ size, kernel, stride, dilation, begin, outputs }: Walk): readonly Phase[] {
  const phases: Phase[] = [];
  for (let a = 0; a < Math.min(stride, outputs); a++) {
    const pixels: number[] = [];
    for (let k = kernel - 1; k >= 0; k--) {
      const at = a + begin - k * dilation;
      if (at % stride === 0) pixels.push(at / stride);
    }
    const count = Math.ceil((outputs - a) / stride);
    const [first, last] = [pixels[0]!, pixels.at(-1)! + count - 1];
    const [skipped, rest] = [Math.max(0, first), Math.max(0, size - 1 - last)];
    // No weight meets this phase, or its windows lie in what is outside of the input
    if (pixels.length === 0 || size - skipped - rest < 1) continue;
    const walk = {
      size: size - skipped - rest,
      kernel: pixels.length,
      stride: 1,
      dilation: pixels.length > 1 ? pixels[1]! - pixels[0]! : 1,
      begin: Math.max(0, -first),
      end: Math.max(0, last - size + 1),
      outputs: count,
    };
    phases.push({ walk, skipped });
  }
  return phases;
}
