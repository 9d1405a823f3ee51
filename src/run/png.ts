import { type DecodedPng, decode } from 'fast-png';
import { Unzlib } from 'fflate';
import { InputError } from '../input-error.ts';
import { checkSize, damaged, decoded, type Pixels } from './pixels.ts';

/** The types of color of the format, by number: channels of a pixel, and the bits that a sample of each may have. */
const COLOR_TYPES: Readonly<Record<number, { channels: 1 | 2 | 3 | 4; depths: readonly number[] }>> = {
  0: { channels: 1, depths: [1, 2, 4, 8, 16] },
  2: { channels: 3, depths: [8, 16] },
  3: { channels: 1, depths: [1, 2, 4, 8] },
  4: { channels: 2, depths: [8, 16] },
  6: { channels: 4, depths: [8, 16] },
};

/** The type whose samples are places in a palette. */
const INDEXED = 3;

/** First row and column of the seven passes of interlacing, and the steps from one to the next. */
const ADAM7 = [
  [0, 0, 8, 8],
  [0, 4, 8, 8],
  [4, 0, 8, 4],
  [0, 2, 4, 4],
  [2, 0, 4, 2],
  [0, 1, 2, 2],
  [1, 0, 2, 1],
] as const;

/** What the picture is made of; the rest is about it, such as texts and colour profiles, or further images. */
const NEEDED = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];

/** Bytes of the largest palette: of 256 colours. */
const LONGEST_PALETTE = 768;

/** Bytes that are decompressed at once: they become some 1000 times as many at most. */
const PORTION = 16_384;

/**
 * The pixels of a PNG file (ISO/IEC 15948), laid over white.
 *
 * @param bytes begin with the signature.
 * @throws InputError with one problem, if the file is damaged, cut off or too large, or interlaced with fewer than 8 bits
 * of a sample.
 */
export function decodePng(bytes: Uint8Array): Pixels {
  const chunks = chunksOf(bytes);
  const header = headerOf(chunks);
  checkSize(header.width, header.height);
  checkDataSize(chunks, header);
  const png = decoded('PNG', () => decode(fileOf(bytes, chunks), { checkCrc: true }));
  return header.colorType === INDEXED ? pixelsOfIndexed(png) : pixelsOfSamples(png);
}

interface Chunk {
  readonly type: string;
  readonly data: Uint8Array;
  /** With length, type and checksum. */
  readonly whole: Uint8Array;
}

/** Those that are needed. */
function chunksOf(bytes: Uint8Array): readonly Chunk[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const chunks: Chunk[] = [];
  let start = 8;
  while (chunks.at(-1)?.type !== 'IEND') {
    if (bytes.length < start + 12) throw damaged('PNG', 'it is cut off');
    const end = start + 12 + view.getUint32(start);
    if (bytes.length < end) throw damaged('PNG', 'it is cut off');
    const type = String.fromCharCode(...bytes.subarray(start + 4, start + 8));
    const chunk = { type, data: bytes.subarray(start + 8, end - 4), whole: bytes.subarray(start, end) };
    if (NEEDED.includes(type)) chunks.push(chunk);
    if (type === 'PLTE' && chunk.data.length > LONGEST_PALETTE) {
      throw damaged('PNG', 'a palette of more than 256 colours');
    }
    start = end;
  }
  return chunks;
}

interface Header {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly channels: number;
  readonly isInterlaced: boolean;
}

function headerOf([first, ...others]: readonly Chunk[]): Header {
  const isFirst = first!.type === 'IHDR' && first!.data.length === 13;
  if (!isFirst || others.some(({ type }) => type === 'IHDR')) throw damaged('PNG', 'not one header');
  const { data } = first!;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [depth, colorType, , , interlacing] = data.subarray(8);
  const color = COLOR_TYPES[colorType!];
  if (!color?.depths.includes(depth!)) throw damaged('PNG', `${depth} bits of colour type ${colorType}`);
  const isInterlaced = interlacing !== 0;
  if (isInterlaced && depth! < 8) {
    const allowed = 'at least 8 bits, or no interlacing';
    throw new InputError({ code: 'syntax', path: [], found: `an interlaced PNG of ${depth} bits`, allowed });
  }
  const { channels } = color;
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth: depth!,
    colorType: colorType!,
    channels,
    isInterlaced,
  };
}

/** That data are too few or too many shows before all is in memory, where a small file can become a thousand times as large. */
function checkDataSize(chunks: readonly Chunk[], { isInterlaced, width, height, depth, channels }: Header) {
  const passes = isInterlaced ? ADAM7 : ([[0, 0, 1, 1]] as const);
  const expected = passes.reduce((bytes, [top, left, down, right]) => {
    const rows = Math.ceil((height - top) / down);
    const columns = Math.ceil((width - left) / right);
    return bytes + (columns > 0 ? rows * (1 + Math.ceil((columns * channels * depth) / 8)) : 0);
  }, 0);
  let length = 0;
  const unzlib = new Unzlib((part) => {
    length += part.length;
  });
  decoded('PNG', () => {
    for (const { type, data } of chunks) {
      if (type !== 'IDAT') continue;
      for (let at = 0; at < data.length && length <= expected; at += PORTION) {
        unzlib.push(data.subarray(at, at + PORTION));
      }
    }
    if (length <= expected) unzlib.push(new Uint8Array(0), true);
  });
  if (length < expected) throw damaged('PNG', 'too few data for its size');
  if (length > expected) throw damaged('PNG', 'too many data for its size');
}

function fileOf(bytes: Uint8Array, chunks: readonly Chunk[]): Uint8Array {
  const parts = [bytes.subarray(0, 8), ...chunks.map(({ whole }) => whole)];
  const file = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.length;
  }
  return file;
}

/** A colour from 0 to 255 of which so much is seen, on white. */
const overWhite = (color: number, alpha: number): number => color * alpha + 255 * (1 - alpha);

function pixelsOfIndexed(png: DecodedPng): Pixels {
  const { width, height, palette = [] } = png;
  const colors = palette.map(([red = 0, green = 0, blue = 0, alpha = 255]) =>
    [red, green, blue].map((color) => overWhite(color, alpha / 255)),
  );
  const values = new Float32Array(width * height * 3);
  samplesOf(png).forEach((index, i) => {
    const color = colors[index];
    if (color === undefined) throw damaged('PNG', `colour ${index} of ${colors.length}`);
    values.set(color, i * 3);
  });
  return { width, height, channels: 3, values };
}

function pixelsOfSamples(png: DecodedPng): Pixels {
  const { width, height, depth, transparency } = png;
  const samples = samplesOf(png);
  const each = png.channels;
  const channels = each < 3 ? 1 : 3;
  const most = 2 ** depth - 1;
  const hasAlpha = each > channels;
  const isSeen = (at: number) => transparency?.every((color, i) => color === samples[at + i]) !== true;

  const values = new Float32Array(width * height * channels);
  for (let at = 0, to = 0; at < samples.length; at += each, to += channels) {
    const alpha = hasAlpha ? samples[at + channels]! / most : Number(isSeen(at));
    for (let i = 0; i < channels; i++) {
      values[to + i] = overWhite((samples[at + i]! * 255) / most, alpha);
    }
  }
  return { width, height, channels, values };
}

/** Samples of fewer than 8 bits share bytes, those on the left in the higher bits; each row begins with a byte. */
function samplesOf({ width, height, depth, channels, data }: DecodedPng): DecodedPng['data'] {
  if (depth >= 8) return data;
  const rowSamples = width * channels;
  const rowBytes = Math.ceil((rowSamples * depth) / 8);
  const samples = new Uint8Array(height * rowSamples);
  for (let row = 0; row < height; row++) {
    for (let i = 0; i < rowSamples; i++) {
      const bit = i * depth;
      const byte = data[row * rowBytes + (bit >> 3)]!;
      samples[row * rowSamples + i] = (byte >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
    }
  }
  return samples;
}
