import type { FmapSize, LayerSpec, NetworkSpec } from '../layer.ts';

/**
 * MobileNet v1, width 1.0, resolution 224: Howard et al., "MobileNets: Efficient Convolutional Neural Networks
 * for Mobile Vision Applications", arXiv 1704.04861, Table 1. The paper names no layers; these are the names of
 * the common Caffe model. The last depthwise layer has stride 1: the 2 of the table does not fit its own sizes.
 */
export const MOBILENET_V1: NetworkSpec = {
  name: 'mobilenet-v1',
  layers: [
    { name: 'conv1', type: 'conv', input: [3, 224, 224], filters: 32, kernel: 3, stride: 2, pad: 1 },
    ...separable('conv2_1', [32, 112, 112], { filters: 64, stride: 1 }),
    ...separable('conv2_2', [64, 112, 112], { filters: 128, stride: 2 }),
    ...separable('conv3_1', [128, 56, 56], { filters: 128, stride: 1 }),
    ...separable('conv3_2', [128, 56, 56], { filters: 256, stride: 2 }),
    ...separable('conv4_1', [256, 28, 28], { filters: 256, stride: 1 }),
    ...separable('conv4_2', [256, 28, 28], { filters: 512, stride: 2 }),
    ...separable('conv5_1', [512, 14, 14], { filters: 512, stride: 1 }),
    ...separable('conv5_2', [512, 14, 14], { filters: 512, stride: 1 }),
    ...separable('conv5_3', [512, 14, 14], { filters: 512, stride: 1 }),
    ...separable('conv5_4', [512, 14, 14], { filters: 512, stride: 1 }),
    ...separable('conv5_5', [512, 14, 14], { filters: 512, stride: 1 }),
    ...separable('conv5_6', [512, 14, 14], { filters: 1024, stride: 2 }),
    ...separable('conv6', [1024, 7, 7], { filters: 1024, stride: 1 }),
    { name: 'pool6', type: 'pool', input: [1024, 7, 7], kernel: 7 },
    { name: 'fc7', type: 'fc', input: [1024], filters: 1000 },
  ],
};

/** A 3×3 filter on each channel by itself, then a 1×1 convolution across them (Figure 3). */
function separable(
  name: string,
  input: FmapSize,
  { filters, stride }: { filters: number; stride: number },
): LayerSpec[] {
  const [channels, height, width] = input;
  const depthwise = { filters: channels, groups: channels };
  const filtered: FmapSize = [channels, height / stride, width / stride];
  return [
    { name: `${name}/dw`, type: 'conv', input, ...depthwise, kernel: 3, stride, pad: 1 },
    { name: `${name}/sep`, type: 'conv', input: filtered, filters, kernel: 1 },
  ];
}
