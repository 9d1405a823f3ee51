// AssemblyScript: `npm run kernel` compiles this file into ../convolve-wasm.ts.

/** Pixels and filters of one block. Its 8 vectors of sums and their operands fit into 16 vector registers. */
const PIXELS: i32 = 4;
const FILTERS: i32 = 8;

/**
 * Reorders filters, from [filter][tap] to [block][tap][filter of the block]. In place of filters that the last block
 * lacks there is whatever follows the others in memory.
 */
export function pack(filters: usize, M: i32, taps: i32, packed: usize): void {
  const next = (taps * 2) as usize;
  for (let m = 0; m < M; m += FILTERS) {
    for (let k = 0; k < taps; k += 8) {
      const from = filters + (((m * taps + k) * 2) as usize);
      const a = v128.load(from);
      const b = v128.load(from + next);
      const c = v128.load(from + 2 * next);
      const d = v128.load(from + 3 * next);
      const e = v128.load(from + 4 * next);
      const f = v128.load(from + 5 * next);
      const g = v128.load(from + 6 * next);
      const h = v128.load(from + 7 * next);
      // A transposition: pairs of filters, then fours, then all eight, of two, four and eight taps
      const ab0 = v128.shuffle<i16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
      const ab4 = v128.shuffle<i16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
      const cd0 = v128.shuffle<i16>(c, d, 0, 8, 1, 9, 2, 10, 3, 11);
      const cd4 = v128.shuffle<i16>(c, d, 4, 12, 5, 13, 6, 14, 7, 15);
      const ef0 = v128.shuffle<i16>(e, f, 0, 8, 1, 9, 2, 10, 3, 11);
      const ef4 = v128.shuffle<i16>(e, f, 4, 12, 5, 13, 6, 14, 7, 15);
      const gh0 = v128.shuffle<i16>(g, h, 0, 8, 1, 9, 2, 10, 3, 11);
      const gh4 = v128.shuffle<i16>(g, h, 4, 12, 5, 13, 6, 14, 7, 15);
      const ad0 = v128.shuffle<i32>(ab0, cd0, 0, 4, 1, 5);
      const ad2 = v128.shuffle<i32>(ab0, cd0, 2, 6, 3, 7);
      const ad4 = v128.shuffle<i32>(ab4, cd4, 0, 4, 1, 5);
      const ad6 = v128.shuffle<i32>(ab4, cd4, 2, 6, 3, 7);
      const eh0 = v128.shuffle<i32>(ef0, gh0, 0, 4, 1, 5);
      const eh2 = v128.shuffle<i32>(ef0, gh0, 2, 6, 3, 7);
      const eh4 = v128.shuffle<i32>(ef4, gh4, 0, 4, 1, 5);
      const eh6 = v128.shuffle<i32>(ef4, gh4, 2, 6, 3, 7);
      v128.store(packed, v128.shuffle<i64>(ad0, eh0, 0, 2));
      v128.store(packed, v128.shuffle<i64>(ad0, eh0, 1, 3), 16);
      v128.store(packed, v128.shuffle<i64>(ad2, eh2, 0, 2), 32);
      v128.store(packed, v128.shuffle<i64>(ad2, eh2, 1, 3), 48);
      v128.store(packed, v128.shuffle<i64>(ad4, eh4, 0, 2), 64);
      v128.store(packed, v128.shuffle<i64>(ad4, eh4, 1, 3), 80);
      v128.store(packed, v128.shuffle<i64>(ad6, eh6, 0, 2), 96);
      v128.store(packed, v128.shuffle<i64>(ad6, eh6, 1, 3), 112);
      packed += min(8, taps - k) * FILTERS * 2;
    }
  }
}

/**
 * The ofmap [image][filter][E][F] of an ifmap [image][channel][height][width] that has its padding, and of packed
 * filters.
 *
 * @param shift 16 − truncation.
 * @param patches Room for [tap][pixel of a block] in 32 bits each, and for 3 taps more.
 * @param sums Room for [pixel of a block][filter of a block].
 */
export function convolve(
  N: i32,
  C: i32,
  M: i32,
  height: i32,
  width: i32,
  R: i32,
  S: i32,
  Uv: i32,
  Uh: i32,
  E: i32,
  F: i32,
  shift: i32,
  ifmap: usize,
  packed: usize,
  patches: usize,
  sums: usize,
  ofmap: usize,
): void {
  const taps = C * R * S;
  const plane = E * F;
  const pixels = N * plane;
  for (let first = 0; first < pixels; first += PIXELS) {
    const a = first;
    const b = min(first + 1, pixels - 1);
    const c = min(first + 2, pixels - 1);
    const d = min(first + 3, pixels - 1);
    gather(
      C,
      height,
      width,
      R,
      S,
      shift,
      ifmap + corner(a, E, F, C * height, width, Uv, Uh),
      ifmap + corner(b, E, F, C * height, width, Uv, Uh),
      ifmap + corner(c, E, F, C * height, width, Uv, Uh),
      ifmap + corner(d, E, F, C * height, width, Uv, Uh),
      patches,
    );
    const toA = ofmap + place(a, plane, M);
    const toB = ofmap + place(b, plane, M);
    const toC = ofmap + place(c, plane, M);
    const toD = ofmap + place(d, plane, M);
    for (let m = 0; m < M; m += FILTERS) {
      multiply(patches, packed + ((m * taps * 2) as usize), taps, sums);
      const block = min(FILTERS, M - m);
      for (let i = 0; i < block; i++) {
        const from = sums + ((i * 2) as usize);
        const to = ((m + i) * plane * 2) as usize;
        store<i16>(toA + to, load<i16>(from));
        store<i16>(toB + to, load<i16>(from, 16));
        store<i16>(toC + to, load<i16>(from, 32));
        store<i16>(toD + to, load<i16>(from, 48));
      }
    }
  }
}

/** Where the words begin that a filter covers for a pixel of the ofmap, in bytes from the ifmap's first. */
function corner(pixel: i32, E: i32, F: i32, rows: i32, width: i32, Uv: i32, Uh: i32): usize {
  const row = pixel / F;
  return ((((row / E) * rows + (row % E) * Uv) * width + (pixel % F) * Uh) * 2) as usize;
}

/** Where a pixel of the first of M planes is, in bytes from the ofmap's first. */
function place(pixel: i32, plane: i32, M: i32): usize {
  return (((pixel / plane) * M * plane + (pixel % plane)) * 2) as usize;
}

/**
 * Copies the words that a filter covers at 4 pixels, as [tap][pixel], shifted left such that of a product with them,
 * modulo 2^32, the upper half is the 16 bits wanted. That way no product needs a shift of its own.
 */
function gather(
  C: i32,
  height: i32,
  width: i32,
  R: i32,
  S: i32,
  shift: i32,
  a: usize,
  b: usize,
  c: usize,
  d: usize,
  patches: usize,
): void {
  for (let channel = 0; channel < C; channel++) {
    for (let i = 0; i < R; i++) {
      const row = ((channel * height + i) * width * 2) as usize;
      // What is read beyond a filter's row is written where the next row's words will be, or after the last tap.
      for (let j = 0; j < S; j += 4) {
        const at = row + ((j * 2) as usize);
        const va = i32x4.shl(v128.load_ext<i16>(a + at), shift);
        const vb = i32x4.shl(v128.load_ext<i16>(b + at), shift);
        const vc = i32x4.shl(v128.load_ext<i16>(c + at), shift);
        const vd = i32x4.shl(v128.load_ext<i16>(d + at), shift);
        const ab0 = v128.shuffle<i32>(va, vb, 0, 4, 1, 5);
        const cd0 = v128.shuffle<i32>(vc, vd, 0, 4, 1, 5);
        const ab2 = v128.shuffle<i32>(va, vb, 2, 6, 3, 7);
        const cd2 = v128.shuffle<i32>(vc, vd, 2, 6, 3, 7);
        v128.store(patches, v128.shuffle<i64>(ab0, cd0, 0, 2));
        v128.store(patches, v128.shuffle<i64>(ab0, cd0, 1, 3), 16);
        v128.store(patches, v128.shuffle<i64>(ab2, cd2, 0, 2), 32);
        v128.store(patches, v128.shuffle<i64>(ab2, cd2, 1, 3), 48);
        patches += min(4, S - j) * PIXELS * 4;
      }
    }
  }
}

/**
 * Sums of 4 pixels and 8 filters, [pixel][filter]. Added are all halves of the products, each modulo 2^16; the lower ones
 * are then dropped.
 */
function multiply(patches: usize, packed: usize, taps: i32, sums: usize): void {
  let a0 = i16x8.splat(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  const end = patches + ((taps * PIXELS * 4) as usize);
  while (patches < end) {
    const w0 = v128.load_ext<i16>(packed);
    const w1 = v128.load_ext<i16>(packed, 8);
    const a = v128.load_splat<i32>(patches);
    a0 = i16x8.add(a0, i32x4.mul(a, w0));
    a1 = i16x8.add(a1, i32x4.mul(a, w1));
    const b = v128.load_splat<i32>(patches, 4);
    b0 = i16x8.add(b0, i32x4.mul(b, w0));
    b1 = i16x8.add(b1, i32x4.mul(b, w1));
    const c = v128.load_splat<i32>(patches, 8);
    c0 = i16x8.add(c0, i32x4.mul(c, w0));
    c1 = i16x8.add(c1, i32x4.mul(c, w1));
    const d = v128.load_splat<i32>(patches, 12);
    d0 = i16x8.add(d0, i32x4.mul(d, w0));
    d1 = i16x8.add(d1, i32x4.mul(d, w1));
    packed += FILTERS * 2;
    patches += PIXELS * 4;
  }
  v128.store(sums, v128.shuffle<i16>(a0, a1, 1, 3, 5, 7, 9, 11, 13, 15));
  v128.store(sums, v128.shuffle<i16>(b0, b1, 1, 3, 5, 7, 9, 11, 13, 15), 16);
  v128.store(sums, v128.shuffle<i16>(c0, c1, 1, 3, 5, 7, 9, 11, 13, 15), 32);
  v128.store(sums, v128.shuffle<i16>(d0, d1, 1, 3, 5, 7, 9, 11, 13, 15), 48);
}
