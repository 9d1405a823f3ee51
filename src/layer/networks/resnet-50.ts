import type { FmapSize, LayerSpec, NetworkSpec } from '../layer.ts';

/**
 * ResNet-50: He, Zhang, Ren and Sun, "Deep Residual Learning for Image Recognition", CVPR 2016, Table 1, with
 * projection shortcuts where the size changes (option B). Layers are named as in the authors' models. As there,
 * a stage halves its input in the first 1×1 convolution; the "v1.5" of later libraries does so in the 3×3 and
 * needs 6 % more MACs.
 */
export const RESNET_50: NetworkSpec = {
  name: 'resnet-50',
  layers: [
    { name: 'conv1', type: 'conv', input: [3, 224, 224], filters: 64, kernel: 7, stride: 2, pad: 3 },
    { name: 'pool1', type: 'pool', input: [64, 112, 112], kernel: 3, stride: 2, pad: [0, 0, 1, 1] },
    ...stage('res2', [64, 56, 56], { blocks: 3, filters: [64, 64, 256], stride: 1 }),
    ...stage('res3', [256, 56, 56], { blocks: 4, filters: [128, 128, 512], stride: 2 }),
    ...stage('res4', [512, 28, 28], { blocks: 6, filters: [256, 256, 1024], stride: 2 }),
    ...stage('res5', [1024, 14, 14], { blocks: 3, filters: [512, 512, 2048], stride: 2 }),
    { name: 'pool5', type: 'pool', input: [2048, 7, 7], kernel: 7 },
    { name: 'fc1000', type: 'fc', input: [2048], filters: 1000 },
  ],
};

/** Filters of the 1×1, the 3×3 and the 1×1 convolution of a bottleneck. */
type Filters = readonly [reduce: number, conv3x3: number, expand: number];

/** A row of Table 1: blocks a, b, c …, the first of which changes the size and has a projection beside it. */
function stage(
  name: string,
  input: FmapSize,
  { blocks, filters, stride }: { blocks: number; filters: Filters; stride: number },
): LayerSpec[] {
  const [, height, width] = input;
  const output: FmapSize = [filters[2], height / stride, width / stride];
  return [
    { name: `${name}a_branch1`, type: 'conv', input, filters: filters[2], kernel: 1, stride },
    ...bottleneck(`${name}a`, input, filters, stride),
    ...[...'bcdef'].slice(0, blocks - 1).flatMap((block) => bottleneck(name + block, output, filters, 1)),
  ];
}

function bottleneck(name: string, input: FmapSize, filters: Filters, stride: number): LayerSpec[] {
  const [, height, width] = input;
  const [reduce, conv3x3, expand] = filters;
  const inner = [height / stride, width / stride] as const;
  return [
    { name: `${name}_branch2a`, type: 'conv', input, filters: reduce, kernel: 1, stride },
    {
      name: `${name}_branch2b`,
      type: 'conv',
      input: [reduce, ...inner],
      filters: conv3x3,
      kernel: 3,
      pad: 1,
    },
    { name: `${name}_branch2c`, type: 'conv', input: [conv3x3, ...inner], filters: expand, kernel: 1 },
  ];
}
