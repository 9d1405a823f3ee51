import { decode } from 'jpeg-js';
import { InputError } from '../input-error.ts';
import { checkSize, damaged, decoded, type Pixels } from './pixels.ts';

/** What the decoder may take: some 30 bytes a pixel, by its own count. */
const MOST_MEGABYTES = 800;

/** Passes over the picture, each of which takes its time however short it is: encoders make about ten. */
const MOST_SCANS = 100;
/** Pixels of all passes together. */
const MOST_SCANNED = 5e8;

/** What a byte stands for at most: a block of 64 samples takes a bit, and the finest component may have a sample for two pixels. */
const MOST_PIXELS_PER_BYTE = 1024;

/** The kinds of frame that are read: baseline, extended, progressive, with Huffman coding. */
const FRAMES = [0xc0, 0xc1, 0xc2];

/** Markers among those of frames, c0 to cf, that are none: Huffman tables, a reserved one, arithmetic coding. */
const NO_FRAMES = [0xc4, 0xc8, 0xcc];

const START_OF_SCAN = 0xda;
const ADOBE = 0xee;

/**
 * The pixels of a JPEG file (ISO/IEC 10918), of 8 bits.
 *
 * @param bytes begin with the marker of a JPEG.
 * @throws InputError with one problem, if the file is damaged, cut off or too large, or of a kind that is rare.
 */
export function decodeJpeg(bytes: Uint8Array): Pixels {
  const { width, height, components, isRgb } = frameOf(bytes);
  checkSize(width, height);
  if (width * height > MOST_PIXELS_PER_BYTE * bytes.length)
    throw damaged('JPEG', 'too few data for its size');
  const scans = bytes.reduce(
    (count, byte, i) => count + Number(byte === START_OF_SCAN && bytes[i - 1] === 0xff),
    0,
  );
  const most = Math.min(MOST_SCANS, Math.floor(MOST_SCANNED / (width * height)));
  if (scans > most) throw damaged('JPEG', `${scans} scans, and ${most} are the most for its size`);

  const options = { useTArray: true, formatAsRGBA: false, maxMemoryUsageInMB: MOST_MEGABYTES } as const;
  const color = isRgb ? { colorTransform: false } : {};
  const { data } = decoded('JPEG', () => decode(bytes, { ...options, ...color }));
  if (data.length !== width * height * 3) throw damaged('JPEG', 'its headers say two sizes');
  if (components !== 1) return { width, height, channels: 3, values: new Float32Array(data) };
  // The decoder makes three equal channels of a grey picture
  const values = new Float32Array(width * height).map((_, i) => data[3 * i]!);
  return { width, height, channels: 1, values };
}

interface Frame {
  readonly width: number;
  readonly height: number;
  readonly components: number;
  /** Components are red, green and blue, not brightness and two of colour. */
  readonly isRgb: boolean;
}

function frameOf(bytes: Uint8Array): Frame {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let isAdobeRgb = false;
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at] === 0xff) {
    const marker = bytes[at + 1]!;
    if (marker === 0xff) {
      at++; // Any number of these may stand before a marker
      continue;
    }
    const end = at + 2 + view.getUint16(at + 2);
    const segment = bytes.subarray(at + 4, end);
    if (marker === START_OF_SCAN) break;
    if (marker === ADOBE && asciiOf(segment.subarray(0, 5)) === 'Adobe') isAdobeRgb = segment[11] === 0;
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.includes(marker)) {
      return frameIn(marker, segment, isAdobeRgb);
    }
    at = end;
  }
  throw damaged('JPEG', 'no header before its data');
}

function frameIn(marker: number, segment: Uint8Array, isAdobeRgb: boolean): Frame {
  const [precision, , , , , components = 0] = segment;
  if (segment.length < 6 + 3 * components) throw damaged('JPEG', 'the file ends within its header');
  if (!FRAMES.includes(marker) || precision !== 8) {
    const found = `a JPEG of ${precision} bits, frame ${marker.toString(16)}`;
    throw new InputError({ code: 'syntax', path: [], found, allowed: 'one of 8 bits, frame c0, c1 or c2' });
  }
  const view = new DataView(segment.buffer, segment.byteOffset, segment.byteLength);
  const ids = Uint8Array.from({ length: components }, (_, i) => segment[6 + 3 * i]!);
  const isRgb = components === 3 && (isAdobeRgb || asciiOf(ids) === 'RGB');
  return { width: view.getUint16(3), height: view.getUint16(1), components, isRgb };
}

const asciiOf = (bytes: Uint8Array): string => String.fromCharCode(...bytes);
