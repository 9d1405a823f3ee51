import type { NetworkSpec } from '../layer.ts';

/**
 * OverFeat, fast model: Sermanet et al., "OverFeat: Integrated Recognition, Localization and Detection using
 * Convolutional Networks", ICLR 2014, Table 1. Layers are numbered as there. The 24×24 that the table has for
 * layer 2 is what its convolution puts out: 28×28 come in.
 */
export const OVERFEAT_FAST: NetworkSpec = {
  name: 'overfeat-fast',
  layers: [
    { name: 'CONV1', type: 'conv', input: [3, 231, 231], filters: 96, kernel: 11, stride: 4 },
    { name: 'POOL1', type: 'pool', input: [96, 56, 56], kernel: 2 },
    { name: 'CONV2', type: 'conv', input: [96, 28, 28], filters: 256, kernel: 5 },
    { name: 'POOL2', type: 'pool', input: [256, 24, 24], kernel: 2 },
    { name: 'CONV3', type: 'conv', input: [256, 12, 12], filters: 512, kernel: 3, pad: 1 },
    { name: 'CONV4', type: 'conv', input: [512, 12, 12], filters: 1024, kernel: 3, pad: 1 },
    { name: 'CONV5', type: 'conv', input: [1024, 12, 12], filters: 1024, kernel: 3, pad: 1 },
    { name: 'POOL5', type: 'pool', input: [1024, 12, 12], kernel: 2 },
    { name: 'FC6', type: 'fc', input: [1024, 6, 6], filters: 3072 },
    { name: 'FC7', type: 'fc', input: [3072], filters: 4096 },
    { name: 'FC8', type: 'fc', input: [4096], filters: 1000 },
  ],
};
