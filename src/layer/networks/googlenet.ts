import type { FmapSize, LayerSpec, NetworkSpec } from '../layer.ts';

/**
 * GoogLeNet: Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, Table 1, without the auxiliary
 * classifiers. Layers are named as in Caffe's bvlc_googlenet. The sizes of the table need pools that round up;
 * here, a row and a column of padding at the end.
 */
export const GOOGLENET: NetworkSpec = {
  name: 'googlenet',
  layers: [
    { name: 'conv1/7x7_s2', type: 'conv', input: [3, 224, 224], filters: 64, kernel: 7, stride: 2, pad: 3 },
    halvingPool('pool1/3x3_s2', [64, 112, 112]),
    { name: 'conv2/3x3_reduce', type: 'conv', input: [64, 56, 56], filters: 64, kernel: 1 },
    { name: 'conv2/3x3', type: 'conv', input: [64, 56, 56], filters: 192, kernel: 3, pad: 1 },
    halvingPool('pool2/3x3_s2', [192, 56, 56]),
    ...inception('inception_3a', [192, 28, 28], [64, 96, 128, 16, 32, 32]),
    ...inception('inception_3b', [256, 28, 28], [128, 128, 192, 32, 96, 64]),
    halvingPool('pool3/3x3_s2', [480, 28, 28]),
    ...inception('inception_4a', [480, 14, 14], [192, 96, 208, 16, 48, 64]),
    ...inception('inception_4b', [512, 14, 14], [160, 112, 224, 24, 64, 64]),
    ...inception('inception_4c', [512, 14, 14], [128, 128, 256, 24, 64, 64]),
    ...inception('inception_4d', [512, 14, 14], [112, 144, 288, 32, 64, 64]),
    ...inception('inception_4e', [528, 14, 14], [256, 160, 320, 32, 128, 128]),
    halvingPool('pool4/3x3_s2', [832, 14, 14]),
    ...inception('inception_5a', [832, 7, 7], [256, 160, 320, 32, 128, 128]),
    ...inception('inception_5b', [832, 7, 7], [384, 192, 384, 48, 128, 128]),
    { name: 'pool5/7x7_s1', type: 'pool', input: [1024, 7, 7], kernel: 7 },
    { name: 'loss3/classifier', type: 'fc', input: [1024], filters: 1000 },
  ],
};

/** The columns of Table 1 for a module. */
type Filters = readonly [
  conv1x1: number,
  reduce3x3: number,
  conv3x3: number,
  reduce5x5: number,
  conv5x5: number,
  poolProj: number,
];

/** Four branches over one input, their outputs side by side (Figure 2b). */
function inception(name: string, input: FmapSize, filters: Filters): LayerSpec[] {
  const [, height, width] = input;
  const [conv1x1, reduce3x3, conv3x3, reduce5x5, conv5x5, poolProj] = filters;
  const from3x3: FmapSize = [reduce3x3, height, width];
  const from5x5: FmapSize = [reduce5x5, height, width];
  return [
    { name: `${name}/1x1`, type: 'conv', input, filters: conv1x1, kernel: 1 },
    { name: `${name}/3x3_reduce`, type: 'conv', input, filters: reduce3x3, kernel: 1 },
    { name: `${name}/3x3`, type: 'conv', input: from3x3, filters: conv3x3, kernel: 3, pad: 1 },
    { name: `${name}/5x5_reduce`, type: 'conv', input, filters: reduce5x5, kernel: 1 },
    { name: `${name}/5x5`, type: 'conv', input: from5x5, filters: conv5x5, kernel: 5, pad: 2 },
    { name: `${name}/pool`, type: 'pool', input, kernel: 3, stride: 1, pad: 1 },
    { name: `${name}/pool_proj`, type: 'conv', input, filters: poolProj, kernel: 1 },
  ];
}

function halvingPool(name: string, input: FmapSize): LayerSpec {
  return { name, type: 'pool', input, kernel: 3, stride: 2, pad: [0, 0, 1, 1] };
}
