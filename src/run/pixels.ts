import { InputError } from '../input-error.ts';

/** What a picture shows. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
  /** 1 is grey, 3 are red, green and blue. */
  readonly channels: 1 | 3;
  /** Row, column, channel, the last running fastest; from 0, black, to 255. Fractions where the file is that fine. */
  readonly values: Float32Array;
}

/** The most pixels of a picture: those of a large camera, which take about a gigabyte on the way. */
export const MOST_PIXELS = 25_000_000;

/** @throws InputError if a picture would be empty, or too large to read. */
export function checkSize(width: number, height: number): void {
  if (width > 0 && height > 0 && width * height <= MOST_PIXELS) return;
  const allowed = `[rows, columns] of 1 to ${MOST_PIXELS} pixels together`;
  throw new InputError({ code: 'out-of-range', path: ['size'], found: [height, width], allowed });
}

/** What is told of a file that is not what it begins as. */
export const damaged = (format: 'PNG' | 'JPEG', how: string): InputError =>
  new InputError({ code: 'syntax', path: [], found: `a damaged ${format}: ${how}`, allowed: '' });

/** What a decoder makes; whatever it throws, the file is damaged. */
export function decoded<T>(format: 'PNG' | 'JPEG', decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    // A decoder that stumbled says what in it was undefined, which says nothing of the file
    if (!(error instanceof Error) || error instanceof TypeError) {
      throw damaged(format, 'its data do not fit its headers');
    }
    throw damaged(format, error.message);
  }
}
