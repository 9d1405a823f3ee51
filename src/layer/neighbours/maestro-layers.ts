import { type Convolution, product } from './convolution.ts';

/** Sizes by the letters of their dimensions. */
export type Sizes = Readonly<Record<string, number>>;

/** A type of layer in MAESTRO. */
export interface MaestroType {
  /** The dimensions that a layer of it must have. */
  readonly needs: readonly string[];
  /** Dimensions that it may have as well. */
  readonly may: readonly string[];
  /** Dimensions that may have no other size than 1. */
  readonly ones?: readonly string[];
  readonly convolution: (sizes: Sizes, stride: Sizes) => Convolution;
}

/** Filters of R × S that walk over all of Y × X: MAESTRO knows no padding. */
function walk({ Y = 1, X = 1, R = Y, S = X }: Sizes, stride: Sizes) {
  const { Y: vertical = 1, X: horizontal = 1 } = stride;
  return { ifmap: [Y, X], kernel: [R, S], stride: [vertical, horizontal] } as const;
}

/** Rows and columns of the ofmap, which stand for those of the input, with the filter's. */
const OUTPUTS: readonly { readonly output: string; readonly input: string; readonly kernel: string }[] = [
  { output: "Y'", input: 'Y', kernel: 'R' },
  { output: "X'", input: 'X', kernel: 'S' },
];

/** All dimensions that a layer may have. */
export function lettersOf({ needs, may }: MaestroType): string[] {
  const letters = [...needs, ...may];
  return [...letters, ...OUTPUTS.filter(({ input }) => letters.includes(input)).map(({ output }) => output)];
}

/** The dimensions that a layer with these must have: the size of an input is told by an ofmap's with the filter's. */
export function needsOf({ needs }: MaestroType, given: ReadonlySet<string>): string[] {
  const kernels = OUTPUTS.filter(({ output }) => given.has(output)).map(({ kernel }) => kernel);
  return [...new Set([...needs, ...kernels])];
}

/** Whether a dimension is given, as it is or by that of the ofmap. */
export const isGiven = (letter: string, given: ReadonlySet<string>): boolean =>
  given.has(letter) || given.has(`${letter}'`);

/** Sizes with the rows and columns that the input must have for the ofmap to have its own. */
export function withInputs(sizes: Sizes, stride: Sizes): Sizes {
  const inputs = OUTPUTS.flatMap(({ output, input, kernel }): [string, number][] => {
    const { [output]: pixels, [kernel]: taps = 1 } = sizes;
    return pixels === undefined ? [] : [[input, (pixels - 1) * (stride[input] ?? 1) + taps]];
  });
  return { ...sizes, ...Object.fromEntries(inputs) };
}

/** All types of layers that Rowhouse has too. */
export const MAESTRO_TYPES: Readonly<Record<string, MaestroType>> = {
  CONV: {
    needs: ['K', 'C', 'R', 'S', 'Y', 'X'],
    may: ['N', 'G'],
    ones: ['G'],
    convolution: (sizes, stride) => {
      return { groups: 1, channels: sizes.C!, filters: sizes.K!, ...walk(sizes, stride) };
    },
  },
  DSCONV: {
    needs: ['C', 'R', 'S', 'Y', 'X'],
    may: ['N', 'K', 'G'],
    ones: ['K', 'G'],
    convolution: (sizes, stride) => {
      return { groups: sizes.C!, channels: 1, filters: 1, ...walk(sizes, stride) };
    },
  },
  NGCONV: {
    needs: ['G', 'K', 'C', 'R', 'S', 'Y', 'X'],
    may: ['N'],
    convolution: (sizes, stride) => {
      const { G: groups, C, K: filters } = sizes;
      return { groups: groups!, channels: C! / groups!, filters: filters!, ...walk(sizes, stride) };
    },
  },
  FC: {
    needs: ['K', 'C'],
    may: ['N', 'R', 'S', 'Y', 'X'],
    convolution: (sizes, stride) => {
      return { groups: 1, channels: sizes.C!, filters: sizes.K!, ...walk(sizes, stride) };
    },
  },
  GEMM: { needs: ['M', 'N', 'K'], may: [], convolution: ({ M, N, K }) => product(M!, K!, N!) },
  BMM: { needs: ['B', 'M', 'N', 'K'], may: [], convolution: ({ B, M, N, K }) => product(M!, K!, N!, B) },
};
