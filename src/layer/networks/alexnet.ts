import type { NetworkSpec } from '../layer.ts';

/**
 * AlexNet: Krizhevsky, Sutskever and Hinton, "ImageNet Classification with Deep Convolutional Neural Networks",
 * NIPS 2012, Figure 2 and section 3.5. Two groups in CONV2, 4 and 5 are the paper's two GPUs. The input is
 * 227×227: the 224×224 of the text does not give the 55×55 outputs of the figure.
 */
export const ALEXNET: NetworkSpec = {
  name: 'alexnet',
  layers: [
    { name: 'CONV1', type: 'conv', input: [3, 227, 227], filters: 96, kernel: 11, stride: 4 },
    { name: 'POOL1', type: 'pool', input: [96, 55, 55], kernel: 3, stride: 2 },
    { name: 'CONV2', type: 'conv', input: [96, 27, 27], filters: 256, kernel: 5, pad: 2, groups: 2 },
    { name: 'POOL2', type: 'pool', input: [256, 27, 27], kernel: 3, stride: 2 },
    { name: 'CONV3', type: 'conv', input: [256, 13, 13], filters: 384, kernel: 3, pad: 1 },
    { name: 'CONV4', type: 'conv', input: [384, 13, 13], filters: 384, kernel: 3, pad: 1, groups: 2 },
    { name: 'CONV5', type: 'conv', input: [384, 13, 13], filters: 256, kernel: 3, pad: 1, groups: 2 },
    { name: 'POOL5', type: 'pool', input: [256, 13, 13], kernel: 3, stride: 2 },
    { name: 'FC1', type: 'fc', input: [256, 6, 6], filters: 4096 },
    { name: 'FC2', type: 'fc', input: [4096], filters: 4096 },
    { name: 'FC3', type: 'fc', input: [4096], filters: 1000 },
  ],
};
