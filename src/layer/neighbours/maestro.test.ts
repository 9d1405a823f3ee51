import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText, expectResultOrProblems, problemLines } from '../../reader.testing.ts';
import { layerShape } from '../shape.ts';
import { parseMaestro } from './maestro.ts';

/** In the form of MAESTRO's own files: tabs, no comma here and there, comments, one name twice. */
const CNN = `// VGG and others
Network torchvision.models.mine {
\tLayer Conv2d-1 {
\t\tType: CONV
\t\tStride { X: 2, Y: 1 }\t// X goes along a row
\t\tDimensions { K: 64, C: 3 R: 7, S: 5, Y:224, X: 112 }
\t\tDataflow {
\t\t\tSpatialMap(1,1) K;
\t\t\tTemporalMap(Sz(R),1) Y';
\t\t\tCluster(64, P);
\t\t}
\t}

\tLayer Bottleneck {
\t\tType: DSCONV
\t\tDimensions { K: 1, C: 32, R: 3, S: 3, Y: 28, X: 28 }
\t}
//\tLayer Out { Type: LSTM }
\tLayer Bottleneck {
\t\tType: NGCONV
\t\tStride { X: 1, Y: 1 }
\t\tDimensions { N: 6, G: 32, K: 4, C: 128, R: 3, S: 3, Y: 56, X: 56 }
\t}
\tLayer FC1000 {
\t\tType: CONV
\t\tDimensions { K: 1000, C: 2048, R: 7, S: 7, Y: 7, X: 7 }
\t}
}
`;

const PRODUCTS = `Constant SzM 100;
Constant SzN 50
Network {
Layer { Type: GEMM Dimensions { K: 20, M: SzM, N: SzN } Dataflow { TemporalMap(SzM,SzM) M; } }
Layer heads { Dimensions { B: 8, K: 64, M: 10, N: 10 } Type: BMM }
Layer fc { Type: FC Dimensions { N: 4, K: SzN, C: 20 } }
Layer map { Type: FC Dimensions { K: SzN, C: 20, Y: 6, X: 5 } }
}
Accelerator { PE { NumPEs: 128; VectorWidth: 4 } NoC {Bandwidth: 64} }
`;

const layersOf = (text: string) => parseMaestro(text, 'net.m').network.layers;
const notesOf = (text: string) => parseMaestro(text, 'net.m').notes;
const one = (layer: string) => `Network n {\nLayer a {\n${layer}\n}\n}`;

const many = (text: (i: number) => string) => Array.from({ length: 300_000 }, (_, i) => text(i)).join('');

const PADDING = 'MAESTRO knows no padding: Y × X is taken for all that the filters see';

describe('parseMaestro', () => {
  it('reads convolutions, with Y and R down a column and X and S along a row', () => {
    const plain = { dilation: [1, 1], pad: [0, 0, 0, 0] };
    expect(parseMaestro(CNN, 'net.m')).toEqual({
      network: {
        name: 'torchvision.models.mine',
        layers: [
          {
            ...{ type: 'conv', name: 'Conv2d-1', input: [3, 224, 112], filters: 64 },
            ...{ kernel: [7, 5], stride: [1, 2], groups: 1, ...plain },
          },
          {
            ...{ type: 'conv', name: 'Bottleneck', input: [32, 28, 28], filters: 32 },
            ...{ kernel: [3, 3], stride: [1, 1], groups: 32, ...plain },
          },
          {
            ...{ type: 'conv', name: 'Bottleneck_2', input: [128, 56, 56], filters: 128 },
            ...{ kernel: [3, 3], stride: [1, 1], groups: 32, ...plain },
          },
          { type: 'fc', name: 'FC1000', input: [2048, 7, 7], filters: 1000 },
        ],
      },
      notes: [
        '2 layers are called Bottleneck: from the second on, they are Bottleneck_2 here',
        'the dataflows are left out: Rowhouse finds its own mappings',
        PADDING,
        'in an NGCONV, C is taken for the channels of all groups and K for the filters of each',
        'N = 6 in the file; --batch says how many images',
      ],
    });
  });

  it('counts as MAESTRO does: Y − R + 1 rows', () => {
    expect(layerShape(layersOf(CNN)[1]!, 1)).toMatchObject({ E: 26, F: 26, macs: 32 * 26 * 26 * 9 });
  });

  it('reads matrix products, constants, and what has no name', () => {
    const { network, notes } = parseMaestro(PRODUCTS, 'dir/gnmt.m');
    expect(network).toMatchObject({
      name: 'gnmt',
      layers: [
        { type: 'conv', name: 'Layer', input: [20, 1, 100], filters: 50, kernel: [1, 1] },
        { type: 'conv', name: 'heads', input: [512, 1, 10], filters: 80, kernel: [1, 1], groups: 8 },
        { type: 'fc', name: 'fc', input: [20, 1, 1], filters: 50 },
        { type: 'fc', name: 'map', input: [20, 6, 5], filters: 50 },
      ],
    });
    expect(notes).toEqual([
      'the dataflows are left out: Rowhouse finds its own mappings',
      'the accelerator is left out: --hardware says one',
      'N = 4 in the file; --batch says how many images',
      'the rows of a matrix product (100, 10) are those of one image; --batch says how many images',
    ]);
  });

  it('says nothing of padding where filters do not slide', () => {
    expect(notesOf(one('Type: CONV Dimensions { K: 4, C: 3, R: 1, S: 1, Y: 9, X: 9 }'))).toEqual([]);
    expect(notesOf(one('Type: CONV Dimensions { K: 4, C: 3, R: 1, S: 3, Y: 9, X: 9 }'))).toEqual([PADDING]);
  });

  it('takes names of several words', () => {
    expect(layersOf(one('Type: FC Dimensions { K: 4, C: 3 }').replace('Layer a', 'Layer a b'))).toEqual([
      { type: 'fc', name: 'a b', input: [3, 1, 1], filters: 4 },
    ]);
  });

  it('reads the sizes of the ofmap, with the rows and columns that filters need for them', () => {
    const ofmap = "Type: CONV Stride { X: 3, Y: 2 } Dimensions { K: 4, C: 3, R: 7, S: 5, Y': 112, X': 66 }";
    const [layer] = layersOf(one(ofmap));
    expect(layer).toMatchObject({ input: [3, 229, 200], kernel: [7, 5], stride: [2, 3] });
    expect(layerShape(layer!, 1)).toMatchObject({ E: 112, F: 66 });
    const rows = "Type: FC Dimensions { K: 4, C: 3, R: 2, S: 2, Y': 1, X: 2 }";
    expect(layersOf(one(rows))).toMatchObject([{ type: 'fc', input: [3, 2, 2] }]);
  });

  it('does not get lost in braces', () => {
    const deep = `Accelerator ${'{ x '.repeat(1e5)}${'}'.repeat(1e5)} ${PRODUCTS}`;
    expect(layersOf(deep)).toEqual(layersOf(PRODUCTS));
  });

  it.each([
    ['dimensions', one(`Type: CONV Dimensions { ${many((i) => `D${i}: ${i} `)} }`), 100],
    ['strides', one(`Type: CONV Stride { ${many((i) => `D${i}: ${i} `)} }`), 100],
    ['layers that are wrong', `Network n {${many(() => 'Layer { Type: X }\n')}}`, 100],
    ['layers', `Network n {${many(() => 'Layer a { Type: FC Dimensions { K: 1, C: 1 } }\n')}}`, 1],
  ])('is not slow on 300,000 %s', { timeout: 20_000 }, (_, text, count) => {
    expect(problemLines(parseMaestro, text)).toHaveLength(count);
  });

  it('throws nothing but InputErrors with positions', () => {
    fc.assert(
      fc.property(anyText(CNN, PRODUCTS), (text) => {
        expectResultOrProblems(parseMaestro, text);
      }),
      { numRuns: 1000 },
    );
  });
});

describe('messages', () => {
  const size = 'a whole number from 1 to 1000000, or a Constant from above';
  const types = 'CONV, DSCONV, NGCONV, FC, GEMM, BMM';
  const dims = 'K: 4, C: 3, R: 3, S: 3, Y: 9, X: 9';

  /** The mark ¦ stands where the message should point, in a layer from the third line on. */
  it.each([
    ['Type: ¦TRCONV', `a.Type: found "TRCONV"; allowed: ${types}`],
    ['Type: ¦{', `a.Type: found "{"; allowed: ${types}`],
    [
      `Type: CONV ¦Dimension { ${dims} }`,
      'a: found "Dimension"; allowed: Type, Stride, Dimensions, Dataflow or }',
    ],
    ['Type: CONV Dimensions ¦K: 3', 'found "K"; allowed: {'],
    ['Type: CONV Dimensions { K: ¦}', 'a.Dimensions.K: found "}"; allowed: a size'],
    ['Type: CONV Dimensions { K: 3, ¦{ } }', 'a.Dimensions: found "{"; allowed: dimensions and sizes, or }'],
    ['Type: CONV Dimensions { K: 3, ¦K: 4 }', 'a.Dimensions: found "K"; allowed: each dimension once'],
    [`Type: CONV Dimensions { ${dims.replace('K: 4', 'K: ¦0')} }`, `a.K: found 0; allowed: ${size}`],
    [`Type: CONV Dimensions { ${dims.replace('K: 4', 'K: ¦2.5')} }`, `a.K: found "2.5"; allowed: ${size}`],
    [`Type: CONV Dimensions { ${dims.replace('K: 4', 'K: ¦SzK')} }`, `a.K: found "SzK"; allowed: ${size}`],
    [
      `Type: CONV Dimensions { ${dims}, ¦Z: 2 }`,
      'a.Dimensions: unknown key "Z"; allowed: K, C, R, S, Y, X, N, G, Y\', X\'',
    ],
    [`Type: CONV Stride { ¦K: 2 } Dimensions { ${dims} }`, 'a.Stride: unknown key "K"; allowed: X, Y'],
    [`Type: CONV Stride { X: ¦0 } Dimensions { ${dims} }`, `a.X: found 0; allowed: ${size}`],
    [
      `Type: CONV Dimensions { ${dims.replace('Y: 9', "¦Y: 9, Y': 7")} }`,
      'a.Dimensions: found "Y"; allowed: Y or Y\', not both',
    ],
    ['Type: FC ¦Type: CONV', 'a: found "Type"; allowed: Type once in a layer'],
    ['Stride { X: 2 } ¦Stride { Y: 2 }', 'a: found "Stride"; allowed: Stride once in a layer'],
    ['Dimensions { } ¦Dimensions { K: 3 }', 'a: found "Dimensions"; allowed: Dimensions once in a layer'],
    [`Type: CONV Dimensions { ${dims}, G: ¦2 }`, 'a.G: found 2; allowed: 1 in a CONV: groups are for NGCONV'],
    [`Type: DSCONV Dimensions { ${dims.replace('K: 4', 'K: ¦4')} }`, 'a.K: found 4; allowed: 1 in a DSCONV'],
    [`Type: NGCONV Dimensions { ${dims}, G: ¦2 }`, 'a.G: found 2; allowed: a divisor of the 3 channels'],
  ])('on %s', (layer, message) => {
    const [before = ''] = layer.split('¦');
    expect(problemLines(parseMaestro, one(layer.replace('¦', '')), 'net.m')).toEqual([
      `net.m:3:${before.length + 1}: ${message}`,
    ]);
  });

  it.each<[text: string, ...lines: string[]]>([
    ['', '1:1: the file ends here; allowed: Network'],
    ['Network', '1:8: the file ends here; allowed: {'],
    ['Network x {}', '1:1: empty; allowed: at least one layer'],
    ['Network x {\n  Lyer', '2:3: found "Lyer"; allowed: Layer or }'],
    [
      'Network x {}\nNetwork y',
      '2:1: found "Network"; allowed: one Network, and Constant or Accelerator beside it',
    ],
    ['Network x { Layer a {\nDataflow { { }', '2:15: the file ends here; allowed: }'],
    ['Constant x y', '1:12: Constant: found "y"; allowed: a name and a whole number'],
    ['Constant {', '1:10: Constant: found "{"; allowed: a name and a whole number'],
    [
      one("Type: FC Dimensions { K: 2, C: 2, Y': 3 }"),
      '2:7: a.Dimensions.R: missing; allowed: K, C, R in a FC',
    ],
    [
      one("Type: CONV Stride { Y: 9 } Dimensions { K: 1, C: 1, R: 1, S: 1, Y': 900000, X': 3 }"),
      '2:7: a.input[1]: found 8099992; allowed: a whole number from 1 to 1000000',
    ],
    [one(''), `2:7: a.Type: missing; allowed: ${types}`],
    [
      one('Type: GEMM Dimensions { K: 2 }'),
      '2:7: a.Dimensions.M: missing; allowed: M, N, K in a GEMM',
      '2:7: a.Dimensions.N: missing; allowed: M, N, K in a GEMM',
    ],
    [
      one('Type: CONV Dimensions { K: 1, C: 1, R: 4, S: 1, Y: 3, X: 3 }'),
      '2:7: a.kernel: found [4, 1]; allowed: a filter that spans at most the 3 × 3 of its ifmap with padding, not 4 × 1',
    ],
    [
      one('Type: BMM Dimensions { B: 1000000, K: 1000, M: 1, N: 1 }'),
      '2:7: a.input[0]: found 1000000000; allowed: a whole number from 1 to 1000000',
    ],
  ])('on %j', (text, ...lines) => {
    expect(problemLines(parseMaestro, text, 'net.m')).toEqual(lines.map((line) => `net.m:${line}`));
  });
});
