import { z } from 'zod';

const word = z.string().min(1);

const term = z.union([z.tuple([word]), z.tuple([word, word])]).meta({
  title: '[dimension] or [dimension, coefficient]',
});

const dataSpace = z.looseObject({
  name: word,
  projection: z
    .union([z.array(z.array(term).min(1)), z.array(word)])
    .meta({ title: 'a list of axes, such as [[[N]], [[C]], [[R, Wdilation], [P, Wstride]]]' }),
  read_write: z.unknown().optional(),
  'read-write': z.unknown().optional(),
});

const shape = z.looseObject({
  name: word.optional(),
  dimensions: z.array(word).optional(),
  coefficients: z.array(z.looseObject({ name: word, default: z.number() })).optional(),
  data_spaces: z.array(dataSpace).optional(),
  /** As Timeloop wrote it until 2023. */
  'data-spaces': z.array(dataSpace).optional(),
});

const problem = z.looseObject({
  /** A shape, or the name of one that comes with Timeloop. */
  shape: z.union([shape, word]).optional(),
  /** Sizes of dimensions and values of coefficients; in old files these are keys of the problem itself. */
  instance: z.record(z.string(), z.unknown()).optional(),
  /** What Timeloop's templates take over: see the known shapes. */
  '<<<': z.literal('problem_base').optional(),
});

/** The form of a file with a problem, in the layouts 0.2 to 0.4. */
export const problemFileSchema = z.looseObject({ problem });

/** What a layer is: its dimensions, and its tensors by which of the dimensions they know. */
export type Shape = z.output<typeof shape>;

export type ProblemSpec = z.output<typeof problem>;
