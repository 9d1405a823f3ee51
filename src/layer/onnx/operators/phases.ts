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
  const across = kindsAlong(horizontal);
  return kindsAlong(vertical).flatMap((down) =>
    across.map((one) => ({ walks: [down.walk, one.walk] as const, phases: down.phases * one.phases })),
  );
}

interface Kind {
  readonly walk: Walk;
  phases: number;
}

/**
 * Phases along one axis that are alike: they see the same pixels through as many weights. Output o takes
 * `x[(o + begin − k·d) / s] · w[k]` for every k where that is whole, so a weight belongs to one phase, and the weights of a
 * phase are as far apart as stride and dilation allow.
 */
function kindsAlong(axis: Walk): readonly Kind[] {
  const { kernel, stride, dilation, begin, outputs } = axis;
  const apart = stride / commonDivisor(stride, dilation);
  const firstOf = (tap: number) => (((tap * dilation - begin) % stride) + stride) % stride;
  const starts = Array.from({ length: Math.min(apart, kernel) }, (_, tap) => ({ tap, output: firstOf(tap) }));
  const kinds = new Map<string, Kind>();
  for (const { tap, output } of starts.sort((a, b) => a.output - b.output)) {
    const phase = output < outputs ? phaseOf(axis, output, tap, apart) : undefined;
    if (phase === undefined) continue;
    const key = `${phase.skipped} ${Object.values(phase.walk).join(' ')}`;
    const kind = kinds.get(key) ?? { walk: phase.walk, phases: 0 };
    kind.phases++;
    kinds.set(key, kind);
  }
  return [...kinds.values()];
}

/** The phase that begins with an output, and with a weight. Undefined where its windows lie in what is outside of the input. */
function phaseOf(
  { size, kernel, stride, dilation, begin, outputs }: Walk,
  output: number,
  tap: number,
  apart: number,
) {
  const taps = Math.floor((kernel - 1 - tap) / apart) + 1;
  const pixels = (apart * dilation) / stride;
  const count = Math.ceil((outputs - output) / stride);
  const nearest = (output + begin - tap * dilation) / stride;
  const [first, last] = [nearest - (taps - 1) * pixels, nearest + count - 1];
  const [skipped, rest] = [Math.max(0, first), Math.max(0, size - 1 - last)];
  if (size - skipped - rest < 1) return undefined;
  const walk = {
    size: size - skipped - rest,
    kernel: taps,
    stride: 1,
    dilation: taps > 1 ? pixels : 1,
    begin: Math.max(0, -first),
    end: Math.max(0, last - size + 1),
    outputs: count,
  };
  return { walk, skipped };
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}
