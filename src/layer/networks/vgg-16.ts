import type { NetworkSpec } from '../layer.ts';

/**
 * VGG-16: Simonyan and Zisserman, "Very Deep Convolutional Networks for Large-Scale Image Recognition", ICLR 2015,
 * Table 1, configuration D.
 */
export const VGG_16: NetworkSpec = {
  name: 'vgg-16',
  layers: [
    { name: 'CONV1-1', type: 'conv', input: [3, 224, 224], filters: 64, kernel: 3, pad: 1 },
    { name: 'CONV1-2', type: 'conv', input: [64, 224, 224], filters: 64, kernel: 3, pad: 1 },
    { name: 'POOL1', type: 'pool', input: [64, 224, 224], kernel: 2 },
    { name: 'CONV2-1', type: 'conv', input: [64, 112, 112], filters: 128, kernel: 3, pad: 1 },
    { name: 'CONV2-2', type: 'conv', input: [128, 112, 112], filters: 128, kernel: 3, pad: 1 },
    { name: 'POOL2', type: 'pool', input: [128, 112, 112], kernel: 2 },
    { name: 'CONV3-1', type: 'conv', input: [128, 56, 56], filters: 256, kernel: 3, pad: 1 },
    { name: 'CONV3-2', type: 'conv', input: [256, 56, 56], filters: 256, kernel: 3, pad: 1 },
    { name: 'CONV3-3', type: 'conv', input: [256, 56, 56], filters: 256, kernel: 3, pad: 1 },
    { name: 'POOL3', type: 'pool', input: [256, 56, 56], kernel: 2 },
    { name: 'CONV4-1', type: 'conv', input: [256, 28, 28], filters: 512, kernel: 3, pad: 1 },
    { name: 'CONV4-2', type: 'conv', input: [512, 28, 28], filters: 512, kernel: 3, pad: 1 },
    { name: 'CONV4-3', type: 'conv', input: [512, 28, 28], filters: 512, kernel: 3, pad: 1 },
    { name: 'POOL4', type: 'pool', input: [512, 28, 28], kernel: 2 },
    { name: 'CONV5-1', type: 'conv', input: [512, 14, 14], filters: 512, kernel: 3, pad: 1 },
    { name: 'CONV5-2', type: 'conv', input: [512, 14, 14], filters: 512, kernel: 3, pad: 1 },
    { name: 'CONV5-3', type: 'conv', input: [512, 14, 14], filters: 512, kernel: 3, pad: 1 },
    { name: 'POOL5', type: 'pool', input: [512, 14, 14], kernel: 2 },
    { name: 'FC1', type: 'fc', input: [512, 7, 7], filters: 4096 },
    { name: 'FC2', type: 'fc', input: [4096], filters: 4096 },
    { name: 'FC3', type: 'fc', input: [4096], filters: 1000 },
  ],
};
