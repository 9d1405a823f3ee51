import type { Layer } from '../layer/layer.ts';
import type { LayerWords } from './layer.ts';

/**
 * The ofmap of a layer from the definition of a convolution (ISCA 2016, section II), in the chip's arithmetic: each product
 * is cut to 16 bits, and sums are modulo 2^16; biases are part of them. Shares no code with the simulator.
 */
export function ofmapByDefinition(
  layer: Layer,
  batch: number,
  { ifmap, filters, biases }: LayerWords,
  { truncation, relu }: { truncation: number; relu: boolean },
): Int16Array {
  const [channels, height, width] = layer.input;
  const isPool = layer.type === 'pool';
  const isFc = layer.type === 'fc';
  const [rows, columns] = isFc ? [height, width] : layer.kernel;
  const [strideV, strideH] = isFc ? [1, 1] : layer.stride;
  const [top, left, bottom, right] = isFc ? [0, 0, 0, 0] : layer.pad;
  const groups = layer.type === 'conv' ? layer.groups : 1;
  const outputs = isPool ? channels : layer.filters;
  const E = Math.floor((height + top + bottom - rows) / strideV) + 1;
  const F = Math.floor((width + left + right - columns) / strideH) + 1;
  const words: number[] = [];
  const at = (image: number, channel: number, y: number, x: number) =>
    y < 0 || y >= height || x < 0 || x >= width
      ? undefined
      : ifmap[((image * channels + channel) * height + y) * width + x]!;
  for (let z = 0; z < batch; z++) {
    for (let u = 0; u < outputs; u++) {
      for (let x = 0; x < E; x++) {
        for (let y = 0; y < F; y++) {
          let sum = biases?.[u] ?? 0;
          let largest = -32768;
          const group = Math.floor(u / (outputs / groups));
          const perGroup = channels / groups;
          for (let k = isPool ? u : 0; k < (isPool ? u + 1 : perGroup); k++) {
            for (let i = 0; i < rows; i++) {
              for (let j = 0; j < columns; j++) {
                const channel = isPool ? u : group * perGroup + k;
                const word = at(z, channel, strideV * x + i - top, strideH * y + j - left);
                if (isPool) largest = Math.max(largest, word ?? -32768);
                else {
                  const product = BigInt(
                    (word ?? 0) * filters[((u * perGroup + k) * rows + i) * columns + j]!,
                  );
                  sum += Number(BigInt.asIntN(16, product >> BigInt(truncation)));
                }
              }
            }
          }
          const word = isPool ? largest : Number(BigInt.asIntN(16, BigInt(sum)));
          words.push(relu && word < 0 ? 0 : word);
        }
      }
    }
  }
  return Int16Array.from(words);
}
