import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { cutProduct, LEAST_WORD, wrap } from './arithmetic.ts';
import type { ChipLayer } from './geometry.ts';
import type { LayerRun } from './layer.ts';

/** Words of an ofmap that have been computed again, one by one from the definition. */
export interface Check {
  readonly words: number;
  readonly bitExact: boolean;
}

/** Computes words of an ofmap again, drawn at random: all of them where there are no more than `most`. */
export function spotCheck(run: LayerRun, ofmap: Int16Array, most: number): Check {
  const generator = xoroshiro128plus(1);
  const words = Math.min(most, ofmap.length);
  for (let i = 0; i < words; i++) {
    const at = words === ofmap.length ? i : uniformInt(generator, 0, ofmap.length - 1);
    if (ofmap[at] !== wordAt(run, at)) return { words: i + 1, bitExact: false };
  }
  return { words, bitExact: true };
}

/** One ofmap word: `O[z][u][x][y] = B[u] + Σ_k Σ_i Σ_j I[z][k][U·x+i][U·y+j] · W[u][k][i][j]`, in the chip's arithmetic. */
function wordAt({ layer, words, truncation, relu }: LayerRun, at: number): number {
  const { G, M, C, E, F, R, S, Uv, Uh } = layer.shape;
  const y = at % F;
  const x = Math.floor(at / F) % E;
  const filter = Math.floor(at / (E * F)) % (G * M);
  const image = Math.floor(at / (E * F * G * M));
  const group = Math.floor(filter / M);
  const isMax = layer.operation === 'max';
  let result = isMax ? LEAST_WORD : (words.biases?.[filter] ?? 0);
  for (let k = 0; k < C; k++) {
    for (let i = 0; i < R; i++) {
      for (let j = 0; j < S; j++) {
        const pixel = pixelAt(layer, words.ifmap, (image * G + group) * C + k, Uv * x + i, Uh * y + j);
        if (isMax) result = Math.max(result, pixel ?? LEAST_WORD);
        else if (pixel !== undefined) {
          const weight = words.filters[((filter * C + k) * R + i) * S + j]!;
          result = wrap(result + cutProduct(pixel, weight, truncation));
        }
      }
    }
  }
  return relu ? Math.max(result, 0) : result;
}

/** A word of a plane, its place counted with padding; undefined in the padding. */
function pixelAt(layer: ChipLayer, ifmap: Int16Array, plane: number, row: number, column: number) {
  const { height, width, padTop, padLeft } = layer;
  const y = row - padTop;
  const x = column - padLeft;
  return y < 0 || y >= height || x < 0 || x >= width ? undefined : ifmap[(plane * height + y) * width + x]!;
}
