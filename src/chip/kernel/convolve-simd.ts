import { type Convolution, convolve } from './convolve.ts';
import { CONVOLVE_WASM } from './convolve-wasm.ts';

/** The functions of assembly/convolve.ts. Places are in bytes from the beginning of the memory. */
interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer; grow(pages: number): number };
  pack(filters: number, M: number, taps: number, packed: number): void;
  convolve(
    N: number,
    C: number,
    M: number,
    height: number,
    width: number,
    R: number,
    S: number,
    Uv: number,
    Uh: number,
    E: number,
    F: number,
    shift: number,
    ifmap: number,
    packed: number,
    patches: number,
    sums: number,
    ofmap: number,
  ): void;
}

/** What is used of an interface that Node.js and browsers have, of which TypeScript knows in browsers only. */
declare const WebAssembly: {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object) => { readonly exports: object };
};

/** Pixels and filters of one block of the kernel. */
const PIXELS = 4;
const FILTERS = 8;
/** Words of a group's filters, and of its ifmap or ofmap, worked on at a time; more only if 8 filters or an image are. */
const CHUNK = 2 ** 20;
/** Bytes that follow each tensor in the kernel's memory: at least as many as it reads or writes beyond their ends. */
const SLACK = 128;
/** Bytes that the kernel's memory may grow to; it never shrinks. Only padding of absurd size needs more. */
const MOST_MEMORY = 2 ** 30;
const PAGE = 2 ** 16;

/** The kernel; null where there is no WebAssembly, or none with vectors. */
let kernel: Kernel | null | undefined;

function load(): Kernel | null {
  try {
    const bytes = Uint8Array.from(atob(CONVOLVE_WASM), (byte) => byte.charCodeAt(0));
    return new WebAssembly.Instance(new WebAssembly.Module(bytes)).exports as Kernel;
  } catch {
    return null;
  }
}

/** What {@link convolve} gives, 10 to 25 times as fast in large layers where there is WebAssembly with vectors. */
export function convolveFast(conv: Convolution, ifmap: Int16Array, filters: Int16Array): Int16Array {
  if (kernel === undefined) kernel = load();
  const plan = planOf(conv);
  if (kernel === null || plan.bytes > MOST_MEMORY) return convolve(conv, ifmap, filters);
  const missing = plan.bytes - kernel.memory.buffer.byteLength;
  if (missing > 0) kernel.memory.grow(Math.ceil(missing / PAGE));

  const { N, G, C, M, R, S, Uv, Uh, E, F } = conv;
  const { taps, height, width } = plan;
  const words = new Int16Array(kernel.memory.buffer);
  const ofmap = new Int16Array(N * G * M * E * F);
  for (let g = 0; g < G; g++) {
    for (let m = 0; m < M; m += plan.filters) {
      const count = Math.min(plan.filters, M - m);
      const first = g * M + m;
      words.set(filters.subarray(first * taps, (first + count) * taps), plan.filtersAt / 2);
      kernel.pack(plan.filtersAt, count, taps, plan.packedAt);
      for (let n = 0; n < N; n += plan.images) {
        const images = Math.min(plan.images, N - n);
        for (let i = 0; i < images; i++) {
          const from = ((n + i) * G + g) * C * conv.height * conv.width;
          pad(conv, plan, ifmap, from, words, plan.ifmapAt / 2 + i * C * height * width);
        }
        kernel.convolve(
          images,
          C,
          count,
          height,
          width,
          R,
          S,
          Uv,
          Uh,
          E,
          F,
          16 - conv.truncation,
          plan.ifmapAt,
          plan.packedAt,
          plan.patchesAt,
          plan.sumsAt,
          plan.ofmapAt,
        );
        for (let i = 0; i < images; i++) {
          const from = plan.ofmapAt / 2 + i * count * E * F;
          ofmap.set(words.subarray(from, from + count * E * F), ((n + i) * G * M + first) * E * F);
        }
      }
    }
  }
  return ofmap;
}

/** How much is worked on at a time, and where in the kernel's memory. */
function planOf({ N, C, M, R, S, Uv, Uh, E, F }: Convolution) {
  const taps = C * R * S;
  /** Of the ifmap with padding, without what no filter covers at its end. */
  const height = (E - 1) * Uv + R;
  const width = (F - 1) * Uh + S;
  const blocks = Math.min(Math.ceil(M / FILTERS), Math.max(1, Math.floor(CHUNK / taps / FILTERS)));
  const filters = blocks * FILTERS;
  const images = Math.min(N, Math.max(1, Math.floor(CHUNK / Math.max(C * height * width, filters * E * F))));
  let bytes = 0;
  const place = (size: number) => {
    const at = bytes;
    bytes += Math.ceil((size + SLACK) / 16) * 16;
    return at;
  };
  const sumsAt = place(PIXELS * FILTERS * 2);
  const patchesAt = place(taps * PIXELS * 4);
  const packedAt = place(filters * taps * 2);
  const filtersAt = place(filters * taps * 2);
  const ifmapAt = place(images * C * height * width * 2);
  const ofmapAt = place(images * filters * E * F * 2);
  return {
    taps,
    height,
    width,
    filters,
    images,
    sumsAt,
    patchesAt,
    packedAt,
    filtersAt,
    ifmapAt,
    ofmapAt,
    bytes,
  };
}

/** Copies one image's channels of one group with zeros around them. */
function pad(
  { C, height, width, padTop, padLeft }: Convolution,
  to: { readonly height: number; readonly width: number },
  ifmap: Int16Array,
  from: number,
  words: Int16Array,
  at: number,
): void {
  words.fill(0, at, at + C * to.height * to.width);
  const rows = Math.min(height, to.height - padTop);
  const columns = Math.min(width, to.width - padLeft);
  for (let c = 0; c < C; c++) {
    for (let y = 0; y < rows; y++) {
      const source = from + (c * height + y) * width;
      const target = at + (c * to.height + padTop + y) * to.width + padLeft;
      for (let x = 0; x < columns; x++) words[target + x] = ifmap[source + x]!;
    }
  }
}
