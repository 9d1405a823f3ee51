import fc from 'fast-check';
import { expect, it } from 'vitest';
import { span } from '../../layer.ts';
import { phasesOf } from './phases.ts';
import type { Walk } from './window.ts';

const small = (max: number, min = 1) => fc.integer({ min, max });

/** A transposed convolution along one axis, with what is cut off its output. */
const transposed: fc.Arbitrary<Walk> = fc
  .record({
    size: small(6),
    kernel: small(5),
    stride: small(4),
    dilation: small(3),
    begin: small(3, 0),
    end: small(3, 0),
  })
  .map((axis) => ({
    ...axis,
    outputs: (axis.size - 1) * axis.stride + span(axis.kernel, axis.dilation) - axis.begin - axis.end,
  }))
  .filter(({ outputs }) => outputs > 0);

/** How often a pixel of the input and a weight meet for an output, by definition: each pixel adds a filter to the output. */
function meetings({ size, kernel, stride, dilation, begin, outputs }: Walk): number {
  let count = 0;
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < kernel; k++) {
      const o = i * stride + k * dilation - begin;
      if (o >= 0 && o < outputs) count++;
    }
  }
  return count;
}

/** The same for a convolution, whose windows may begin in the padding. */
function meetingsOfConvolution({ size, kernel, dilation, begin, outputs }: Walk): number {
  let count = 0;
  for (let o = 0; o < outputs; o++) {
    for (let k = 0; k < kernel; k++) {
      const i = o + k * dilation - begin;
      if (i >= 0 && i < size) count++;
    }
  }
  return count;
}

const STILL: Walk = { size: 1, kernel: 1, stride: 1, dilation: 1, begin: 0, end: 0, outputs: 1 };

it('multiply what a transposed convolution multiplies, and but for padding nothing else', () => {
  fc.assert(
    fc.property(transposed, transposed, (down, across) => {
      const parts = phasesOf([down, across]);
      const sum = (of: (walk: Walk) => number) =>
        parts.reduce((total, { walks: [v, h], phases }) => total + phases * of(v) * of(h), 0);
      expect(sum(meetingsOfConvolution)).toBe(meetings(down) * meetings(across));
      for (const { walks } of parts) {
        for (const { size, kernel, dilation, begin, end, outputs } of walks) {
          expect(size + begin + end - span(kernel, dilation) + 1).toBe(outputs);
        }
      }
    }),
    { numRuns: 1000 },
  );
});

it('make every output once, where each has a weight', () => {
  fc.assert(
    fc.property(
      transposed.filter(
        ({ kernel, stride, dilation, begin, end }) => kernel >= stride && dilation === 1 && begin + end === 0,
      ),
      (axis) => {
        const outputs = phasesOf([axis, STILL]).reduce(
          (sum, { walks: [v], phases }) => sum + phases * v.outputs,
          0,
        );
        expect(outputs).toBe(axis.outputs);
      },
    ),
  );
});

it('are one convolution where filters do not overlap, four where they do', () => {
  const axis = (kernel: number, begin: number): Walk => {
    return {
      size: 8,
      kernel,
      stride: 2,
      dilation: 1,
      begin,
      end: begin,
      outputs: 7 * 2 + kernel - 2 * begin,
    };
  };
  const once = { ...STILL, size: 8, outputs: 8 };
  expect(phasesOf([axis(2, 0), axis(2, 0)])).toEqual([{ walks: [once, once], phases: 4 }]);
  const kinds = phasesOf([axis(4, 1), axis(4, 1)]);
  expect(kinds.map(({ phases }) => phases)).toEqual([1, 1, 1, 1]);
  expect(kinds[0]!.walks[0]).toMatchObject({ kernel: 2, begin: 1, end: 0 });
});
