import { InputError } from '../input-error.ts';
import { decodeJpeg } from './jpeg.ts';
import type { Pixels } from './pixels.ts';
import { decodePng } from './png.ts';

/** A picture as it was read, before anything is made of it for a network. */
export interface Picture extends Pixels {
  /** Its file. */
  readonly name: string;
}

const ALLOWED = 'a picture in PNG or JPEG';

/**
 * The picture that a file has: PNG (grey, colours or a palette, of 1 to 16 bits, the first image of an animated one) or
 * JPEG (baseline or progressive, grey, colours or CMYK); which one, its content tells. What is transparent is laid over
 * white. Pixels are taken as they are stored: colour profiles, gamma and the orientation that a camera notes are left out,
 * as in Pillow and torchvision. Colours that a JPEG has at half the resolution are repeated, not interpolated, so that they
 * differ from Pillow's by some units near edges.
 *
 * @param file the file's name, for messages
 * @throws InputError with one problem, if the file is no such picture, is damaged, or has more than
 * {@link MOST_PIXELS}.
 */
export function readPicture(bytes: Uint8Array, file: string): Picture {
  try {
    return { name: file, ...pixelsOf(bytes) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new InputError(...error.problems.map((each) => ({ ...each, file })));
  }
}

function pixelsOf(bytes: Uint8Array): Pixels {
  if (bytes.length === 0) throw new InputError({ code: 'missing', path: [], allowed: ALLOWED });
  const format = formatOf(bytes);
  if (format === 'PNG') return decodePng(bytes);
  if (format === 'JPEG') return decodeJpeg(bytes);
  throw new InputError({ code: 'syntax', path: [], found: format, allowed: ALLOWED });
}

/** What stands in the files of a format, each byte as a character, and at which byte. */
const SIGNATURES: readonly (readonly [signature: string, at: number, format: string])[] = [
  ['\x89PNG\r\n\x1a\n', 0, 'PNG'],
  ['\xff\xd8\xff', 0, 'JPEG'],
  ['\x89PNG', 0, 'a PNG that was changed on the way, as if it were text'],
  ['GIF8', 0, 'a GIF'],
  ['WEBP', 8, 'a WebP picture'],
  ['BM', 0, 'a BMP picture'],
  ['II*\0', 0, 'a TIFF picture'],
  ['MM\0*', 0, 'a TIFF picture'],
  ['ftyp', 4, 'an AVIF or HEIF picture, or a video'],
  ['jP  ', 4, 'a JPEG 2000 picture'],
  ['JXL ', 4, 'a JPEG XL picture'],
  ['\xff\x0a', 0, 'a JPEG XL picture'],
  ['8BPS', 0, 'a Photoshop picture'],
  ['%PDF', 0, 'a PDF document'],
  ['PK\x03\x04', 0, 'a ZIP archive'],
  ['\x1f\x8b', 0, 'a gzip archive'],
  ['\x93NUMPY', 0, 'an array of NumPy'],
  ['version https://git-lfs', 0, 'a pointer of Git LFS, which git lfs pull replaces by the file'],
];

function formatOf(bytes: Uint8Array): string {
  const start = String.fromCharCode(...bytes.subarray(0, 512));
  const known = SIGNATURES.find(([signature, at]) => start.startsWith(signature, at));
  if (known !== undefined) return known[2];
  if (/^\s*<(?:!doctype|html|svg|\?xml)/i.test(start)) return 'HTML, SVG or other XML';
  return /^[\t\n\r -~\x80-\xff]+$/.test(start) ? 'text' : 'no format that is known';
}
