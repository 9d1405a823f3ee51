import { InputError } from '../../input-error.ts';
import type { Shape } from './timeloop-schema.ts';

/** A convolution as Timeloop's own files say it, in all of which the rows R and P go with W, the columns S and Q with H. */
function convolutionShape(
  filters: string,
  dimensions: readonly string[],
  ...groups: readonly string[]
): Shape {
  const each = (...dimensions: string[]) => dimensions.map((dimension): [[string]] => [[dimension]]);
  const sum = (tap: string, pixel: string, side: string): [string, string][] => [
    [tap, `${side}dilation`],
    [pixel, `${side}stride`],
  ];
  const rows = sum('R', 'P', 'W');
  const columns = sum('S', 'Q', 'H');
  return {
    dimensions: [...dimensions],
    coefficients: ['Wstride', 'Hstride', 'Wdilation', 'Hdilation'].map((name) => ({ name, default: 1 })),
    data_spaces: [
      { name: 'Weights', projection: each('C', filters, 'R', 'S', ...groups) },
      { name: 'Inputs', projection: [...each('N', 'C'), rows, columns, ...each(...groups)] },
      { name: 'Outputs', projection: each('N', filters, 'Q', 'P', ...groups), read_write: true },
    ],
  };
}

/** What a problem without a shape is. */
export const CNN_LAYER: Shape = convolutionShape('K', ['R', 'S', 'P', 'Q', 'C', 'K', 'N']);

/** The shape that the layers of Timeloop's example designs include; what they leave out is 1. */
export const PROBLEM_BASE: Shape = convolutionShape('M', ['C', 'M', 'R', 'S', 'N', 'P', 'Q', 'G'], 'G');

/** The shapes that come with Timeloop, which a problem may name. */
export const KNOWN_SHAPES: ReadonlyMap<string, Shape> = new Map<string, Shape>([
  ['cnn_layer', CNN_LAYER],
  [
    'gemm_ABZ',
    {
      dimensions: ['M', 'N', 'K'],
      data_spaces: [
        { name: 'A', projection: ['M', 'K'] },
        { name: 'B', projection: ['N', 'K'] },
        { name: 'Z', projection: ['M', 'N'], read_write: true },
      ],
    },
  ],
]);

/**
 * The text of a problem as YAML, where it is a template that includes `problem_base.yaml`: `<<<` is then a key with the text
 * `problem_base`. All else keeps its place.
 *
 * @throws InputError with file, line and column, if the template does anything else.
 */
export function withoutInclude(text: string, file: string): string {
  const plain = text
    .replace(/^([ \t]*)\{(\{\s*include_text\(\s*(["'])[^"'\n]*problem_base\.yaml\3\s*\)\s*\}\})/m, '$1#$2')
    .replace(/^([ \t]*<<<[ \t]*:[ \t]*)\*(?=problem_base\b)/m, '$1 ');
  const lines = plain.replace(/^\uFEFF/, '').split('\n');
  const columns = lines.map((line) => line.replace(/#.*/, '').search(/\{[{%]/) + 1);
  const i = columns.findIndex((column) => column > 0);
  if (i < 0) return plain;
  const allowed = 'a file without templates, such as the parsed-processed-input.yaml that Timeloop writes';
  const position = { line: i + 1, column: columns[i]! };
  throw new InputError({ code: 'syntax', path: [], found: 'a Jinja template', allowed, file, position });
}
