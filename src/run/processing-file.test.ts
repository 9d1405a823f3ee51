import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { anyText, expectResultOrProblems, problemLines } from '../reader.testing.ts';
import { COLORS, DEFAULT_PROCESSING, FITS, LAYOUTS } from './processing.ts';
import { parseProcessing, processingSchema } from './processing-file.ts';

const FULL = `
input:
  size: [48, 192]       # rows, columns
  fit: contain
  background: 127.5
  layout: NHWC
  colors: bgr
  mean: [103.53, 116.28, 123.675]
  scale: 127.5
output:
  labels: labels.txt
  softmax: true
  top: 3
`;

describe('a processing file', () => {
  it('says everything', () => {
    expect(parseProcessing(FULL, 'p.yaml')).toEqual({
      input: {
        size: [48, 192],
        fit: 'contain',
        background: 127.5,
        layout: 'NHWC',
        colors: 'bgr',
        mean: [103.53, 116.28, 123.675],
        scale: 127.5,
      },
      output: { labels: 'labels.txt', softmax: true, top: 3 },
    });
  });

  it.each(['{}', 'input: {}', 'output: {}', 'input:\n  scale: 255\noutput: { top: 5 }'])(
    'leaves defaults: %j',
    (text) => {
      expect(parseProcessing(text, 'p.yaml')).toEqual(DEFAULT_PROCESSING);
    },
  );

  it('may say any part, but no scale of 0', () => {
    const number = fc.double({ min: -1e6, max: 1e6, noNaN: true }).map((one) => one + 0);
    const perChannel = fc.oneof(number, fc.tuple(number, number, number));
    const size = fc.integer({ min: 1, max: 1000 });
    const nothing = { requiredKeys: [] };
    const spec = fc.record(
      {
        input: fc.record(
          {
            size: fc.tuple(size, size),
            fit: fc.constantFrom(...FITS),
            background: fc.double({ min: 0, max: 255, noNaN: true }),
            layout: fc.constantFrom(...LAYOUTS),
            colors: fc.constantFrom(...COLORS),
            mean: perChannel,
            scale: perChannel,
          },
          nothing,
        ),
        output: fc.record(
          {
            labels: fc.string({ minLength: 1 }),
            softmax: fc.boolean(),
            top: fc.integer({ min: 1, max: 1000 }),
          },
          nothing,
        ),
      },
      nothing,
    );
    fc.assert(
      fc.property(spec, (one) => {
        fc.pre(![one.input?.scale].flat().includes(0));
        expect(parseProcessing(JSON.stringify(one), 'p.json')).toEqual({
          input: { ...DEFAULT_PROCESSING.input, ...one.input },
          output: { ...DEFAULT_PROCESSING.output, ...one.output },
        });
      }),
    );
  });

  it('explains every key', () => {
    const described = (schema: z.ZodObject): boolean =>
      Object.values(schema.shape).every((part) => (part as z.ZodType).description !== undefined);
    expect(described(processingSchema)).toBe(true);
    const parts = Object.values(processingSchema.shape).map((part) => part.unwrap());
    expect(parts.map(described)).toEqual([true, true]);
  });

  it.each([
    ['', ['p.yaml:1:1: empty; allowed: a mapping with input or output']],
    [
      'input: {fit: strech}',
      ['p.yaml:1:14: input.fit: found "strech" (did you mean stretch?); allowed: stretch, contain or cover'],
    ],
    [
      'input: {colours: rgb}',
      [expect.stringMatching(/^p\.yaml:1:9: input: unknown key "colours" \(did you mean colors\?\)/)],
    ],
    ['input: {size: 48}', ['p.yaml:1:15: input.size: found 48; allowed: [rows, columns]']],
    [
      'input: {size: [0, 5]}',
      [expect.stringMatching(/^p\.yaml:1:16: input\.size\[0\]: found 0; allowed: a whole number from 1/)],
    ],
    [
      'input: {background: 256}',
      ['p.yaml:1:21: input.background: found 256; allowed: a number from 0 to 255'],
    ],
    [
      'input: {size: [100000, 1000]}',
      ['p.yaml:1:15: input.size: found [100000, 1000]; allowed: at most 25000000 pixels together'],
    ],
    ['input: {scale: 0}', ['p.yaml:1:16: input.scale: found 0; allowed: any number but 0']],
    [
      'input: {scale: [1, 0, 0]}',
      [
        'p.yaml:1:20: input.scale[1]: found 0; allowed: any number but 0',
        'p.yaml:1:23: input.scale[2]: found 0; allowed: any number but 0',
      ],
    ],
    [
      'input: {mean: [1, 2]}',
      [
        expect.stringMatching(
          /^p\.yaml:1:15: input\.mean.*; allowed: a number from -1000000 to 1000000, or a list of three/,
        ),
      ],
    ],
    [
      'input: {mean: x}',
      [
        expect.stringMatching(
          /^p\.yaml:1:15: input\.mean: found "x"; allowed: a number from -1000000 to 1000000, or a list of three/,
        ),
      ],
    ],
    ['output: {top: 0}', ['p.yaml:1:15: output.top: found 0; allowed: a whole number from 1 to 1000']],
    ['output: {softmax: yes}', ['p.yaml:1:19: output.softmax: found "yes"; allowed: true or false']],
    ['output: {labels: 5}', [expect.stringMatching(/^p\.yaml:1:18: output\.labels: found 5; allowed: text/)]],
  ])('is told: %j', (text, messages) => {
    expect(problemLines(parseProcessing, text, 'p.yaml')).toEqual(messages);
  });

  it('is read or told, whatever it is', () => {
    fc.assert(
      fc.property(anyText(FULL, '{}', '{"input": {"mean": 5}}'), (text) => {
        expectResultOrProblems(parseProcessing, text);
      }),
      { numRuns: 2000 },
    );
  });
});
