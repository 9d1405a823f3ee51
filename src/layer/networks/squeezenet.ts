import type { FmapSize, LayerSpec, NetworkSpec } from '../layer.ts';

/**
 * SqueezeNet 1.0: Iandola et al., "SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB
 * model size", arXiv 1602.07360, Table 1. Layers are named as in the authors' model, and its input of 227×227
 * is used, because the 224×224 of the table does not give the 111×111 that follow. conv10 has the 13×13 outputs
 * of the table; the model pads it to 15×15.
 */
export const SQUEEZENET: NetworkSpec = {
  name: 'squeezenet',
  layers: [
    { name: 'conv1', type: 'conv', input: [3, 227, 227], filters: 96, kernel: 7, stride: 2 },
    { name: 'pool1', type: 'pool', input: [96, 111, 111], kernel: 3, stride: 2 },
    ...fire('fire2', [96, 55, 55], { squeeze: 16, expand1x1: 64, expand3x3: 64 }),
    ...fire('fire3', [128, 55, 55], { squeeze: 16, expand1x1: 64, expand3x3: 64 }),
    ...fire('fire4', [128, 55, 55], { squeeze: 32, expand1x1: 128, expand3x3: 128 }),
    { name: 'pool4', type: 'pool', input: [256, 55, 55], kernel: 3, stride: 2 },
    ...fire('fire5', [256, 27, 27], { squeeze: 32, expand1x1: 128, expand3x3: 128 }),
    ...fire('fire6', [256, 27, 27], { squeeze: 48, expand1x1: 192, expand3x3: 192 }),
    ...fire('fire7', [384, 27, 27], { squeeze: 48, expand1x1: 192, expand3x3: 192 }),
    ...fire('fire8', [384, 27, 27], { squeeze: 64, expand1x1: 256, expand3x3: 256 }),
    { name: 'pool8', type: 'pool', input: [512, 27, 27], kernel: 3, stride: 2 },
    ...fire('fire9', [512, 13, 13], { squeeze: 64, expand1x1: 256, expand3x3: 256 }),
    { name: 'conv10', type: 'conv', input: [512, 13, 13], filters: 1000, kernel: 1 },
    { name: 'pool10', type: 'pool', input: [1000, 13, 13], kernel: 13 },
  ],
};

/** A squeeze layer feeds two expand layers, whose outputs stand side by side (Figure 1). */
function fire(
  name: string,
  input: FmapSize,
  filters: { squeeze: number; expand1x1: number; expand3x3: number },
): LayerSpec[] {
  const [, height, width] = input;
  const { squeeze, expand1x1, expand3x3 } = filters;
  const squeezed: FmapSize = [squeeze, height, width];
  return [
    { name: `${name}/squeeze1x1`, type: 'conv', input, filters: squeeze, kernel: 1 },
    { name: `${name}/expand1x1`, type: 'conv', input: squeezed, filters: expand1x1, kernel: 1 },
    { name: `${name}/expand3x3`, type: 'conv', input: squeezed, filters: expand3x3, kernel: 3, pad: 1 },
  ];
}
