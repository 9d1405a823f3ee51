/** Pictures for tests: some that Pillow wrote, and a writer of PNG files of every kind. */

import { crc32, deflateSync } from 'node:zlib';

/** Of 13 rows and 19 columns, {@link gradient} in each pixel; JPEG of quality 90. */
export const BY_PILLOW = {
  png: 'iVBORw0KGgoAAAANSUhEUgAAABMAAAANCAIAAADE7sJwAAAAIUlEQVR42mPkEvnAw/CLDMTCIPiDgeEXGWhU56jOgdMJAE7C8wgQ0YxMAAAAAElFTkSuQmCC',
  baseline:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAANABMDAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABgf/xAAkEAAAAgkFAQAAAAAAAAAAAAAABQIDBAYHESEjoRITIkFRMv/EABgBAQEAAwAAAAAAAAAAAAAAAAcIAgYJ/8QAIBEAAQMEAgMAAAAAAAAAAAAABQADIQEEIjECBhITI//aAAwDAQACEQMRAD8AhRJC35s4FQl+2byWhAT2pT0khZLTZwBQv2zeSosEd1KYKYWW0bPXgLXe2Z1yTUyd+dJVCJXNYeNMDMuauZXI0ESehPiVzWGSNMAULmrmVRQEk9CXqXOYtpGnXgLXTVz51TUySe9fFf/Z',
  subsampled:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAANABMDASIAAhEBAxEB/8QAFwAAAwEAAAAAAAAAAAAAAAAAAAYHCP/EACQQAAEACQQDAAAAAAAAAAAAAAACAwQFBgchI6EREkFREyIy/8QAFgEBAQEAAAAAAAAAAAAAAAAACAQG/8QAHBEAAQQDAQAAAAAAAAAAAAAAAQADBiECBxIi/9oADAMBAAIRAxEAPwCFOSVvzZwPrklZpts4Lk5YNYfWmB+csGsOiNMF0u2c/wCrKxEEmjviys/qZWW0bPHQGr1MHMXiRpx0Adc9nP8ARspZ4TVzgWV//9k=',
  progressive:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAANABMDAREAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAABQb/xAAYAQEBAAMAAAAAAAAAAAAAAAAGBwEFCP/aAAwDAQACEAMQAAABhKhoHxVGYLNaHPIz4qirlmv/xAAbEAABBQEBAAAAAAAAAAAAAAAAAQIDBAURIf/aAAgBAQABBQKHLIcsTL8hpsIabBKbOf/EABkRAQEBAAMAAAAAAAAAAAAAAAQAAgESIv/aAAgBAwEBPwED4LrDvMFO4Cd2E768X//EABwRAAICAgMAAAAAAAAAAAAAAAAEAwUCYREhMf/aAAgBAgEBPwFu22N22zK279G3ZBt2Qydk5P/EABYQAQEBAAAAAAAAAAAAAAAAADEAIP/aAAgBAQAGPwIiMf/EABcQAQEBAQAAAAAAAAAAAAAAAAAhMRH/2gAIAQEAAT8hzc2ZnTuQ/9oADAMBAAIAAwAAABDgIT//xAAXEQEBAQEAAAAAAAAAAAAAAAAhADEQ/9oACAEDAQE/EMGzYTEgcB//xAAXEQEBAQEAAAAAAAAAAAAAAAAAITER/9oACAECAQE/ENjYtLVrtv/EAB0QAAEEAgMAAAAAAAAAAAAAAAARQVGhITGB0fH/2gAIAQEAAT8Q8gT6DhEDBQgwo05oP//Z',
  restarts:
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAANABMDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABwYE/8QAJBAAAAIJBQEAAAAAAAAAAAAAAAUCAwQGBxEhI6ESEyJBUTL/xAAZAQACAwEAAAAAAAAAAAAAAAAHCAIFBgn/xAAgEQABAwQCAwAAAAAAAAAAAAAFAAMhAQQiMQIGEhMj/90ABAAC/9oADAMBAAIRAxEAPwAKJIW/NnAaEv2zeSwQE9qVekkLJabOAFC/bN5JiwR3Ur//0M6mFltGz14KN3tmdck3DJ350lIRK5rDxpgTLmrmVyNBEnoX/9F4JXNYZI0wF7LmrmVjwJJ6FXqXOYtpGnXgFrpq586o1MknvXxX/9k=',
  rgb: '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAEQgADQATA1IRAEcRAEIRAP/EABcAAAMBAAAAAAAAAAAAAAAAAAAICQf/xAArEAABAAUKBwEAAAAAAAAAAAAABAUGB6IBFxghI0RSZIGhAxQzNUFRciT/2gAMA1IARwBCAAA/AE0cld9BfqMmUhGobd5PUtdygDkrvoFGTKQi/tu8nqWu44in7Yj/ACFGTKQmOpjyf1cS18+yHbkrvoVImiU2GGQ0dt2sTLSvcoA5K76BNEpsMMgv7btYmWle44in7Yj/ACE0SmwwyGOpjWJnNcSvz7P/2Q==',
  cmyk: '/9j/7gAOQWRvYmUAZAAAAAAA/9sAQwADAgIDAgIDAwMDBAMDBAUIBQUEBAUKBwcGCAwKDAwLCgsLDQ4SEA0OEQ4LCxAWEBETFBUVFQwPFxgWFBgSFBUU/8AAFAgADQATBEMRAE0RAFkRAEsRAP/EABcAAQEBAQAAAAAAAAAAAAAAAAAICQf/xAArEAABAAUKBwEAAAAAAAAAAAAABAUGB6IBFxghI0RSZIGhAxQzNUFRciT/2gAOBEMATQBZAEsAAD8AjRyV30J+oyZSEqht3k9S13NUzQByV30FGTKQk/tu8nqWu4LEU/bEf5FGTKQnHUx5P6uJa+fYMO3JXfQ1ImiU2GGQ6O27WJlpXuDQByV30E0SmwwyE/tu1iZaV7gsRT9sR/kTRKbDDIcdTGsTOa4lfn2D/9k=',
  gray: '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAANABMBAREA/8QAFQABAQAAAAAAAAAAAAAAAAAACAn/xAAbEAABBAMAAAAAAAAAAAAAAAAABAdEgQU1cv/aAAgBAQAAPwAaMlHooAyUehiYfWJ+SHbJR6KAMlHoYmH1ifk//9k=',
} as const;

export type PillowFile = keyof typeof BY_PILLOW;

export const fileByPillow = (name: PillowFile): Uint8Array =>
  Uint8Array.from(Buffer.from(BY_PILLOW[name], 'base64'));

/** Red, green and blue. */
export const gradient = (row: number, column: number): readonly number[] => [
  10 + 12 * column,
  20 + 17 * row,
  240 - 6 * column - 8 * row,
];

export interface PngSpec {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colorType: number;
  readonly channels: number;
  /** Row, column, channel. */
  readonly samples: readonly number[];
  /** Filters of rows, from 0 to 4, one after the other. */
  readonly filters?: readonly number[];
  readonly isInterlaced?: boolean;
  /** Before the data: type and content. */
  readonly chunks?: readonly (readonly [string, readonly number[] | Uint8Array])[];
}

export const pngOf = (spec: PngSpec): Uint8Array => {
  const { width, height, depth, colorType, isInterlaced = false, chunks = [] } = spec;
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  header.setUint8(8, depth);
  header.setUint8(9, colorType);
  header.setUint8(12, Number(isInterlaced));
  const data = deflateSync(Uint8Array.from(rawData(spec)));
  const half = data.length >> 1;
  return Uint8Array.from([
    ...[0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a],
    ...chunk('IHDR', new Uint8Array(header.buffer)),
    ...chunks.flatMap(([type, content]) => chunk(type, content)),
    ...chunk('IDAT', data.subarray(0, half)),
    ...chunk('IDAT', data.subarray(half)),
    ...chunk('IEND', []),
  ]);
};

export function chunk(type: string, content: readonly number[] | Uint8Array): number[] {
  const body = Buffer.from([...Buffer.from(type, 'latin1'), ...content]);
  const bytes = Buffer.alloc(body.length + 8);
  bytes.writeUInt32BE(content.length);
  body.copy(bytes, 4);
  bytes.writeUInt32BE(crc32(body), bytes.length - 4);
  return [...bytes];
}

/** The pass of interlacing in which a pixel is, by row and column modulo 8; PNG specification, 8.1. */
const PASSES = [
  [1, 6, 4, 6, 2, 6, 4, 6],
  [7, 7, 7, 7, 7, 7, 7, 7],
  [5, 6, 5, 6, 5, 6, 5, 6],
  [7, 7, 7, 7, 7, 7, 7, 7],
  [3, 6, 4, 6, 3, 6, 4, 6],
  [7, 7, 7, 7, 7, 7, 7, 7],
  [5, 6, 5, 6, 5, 6, 5, 6],
  [7, 7, 7, 7, 7, 7, 7, 7],
];

function rawData(spec: PngSpec): number[] {
  const { width, height, depth, channels, samples, isInterlaced = false, filters = [0] } = spec;
  const pixelBytes = Math.ceil((channels * depth) / 8);
  const passes = isInterlaced ? [1, 2, 3, 4, 5, 6, 7] : [0];
  let rowsSoFar = 0;
  return passes.flatMap((pass) => {
    let above: readonly number[] = [];
    return Array.from({ length: height }, (_, row) => {
      const columns = Array.from({ length: width }, (_, column) => column).filter(
        (column) => !isInterlaced || PASSES[row % 8]![column % 8] === pass,
      );
      if (columns.length === 0) return [];
      const bits = columns
        .flatMap((column) => samples.slice((row * width + column) * channels).slice(0, channels))
        .map((sample) => sample.toString(2).padStart(depth, '0'))
        .join('');
      const bytes = (bits.match(/.{1,8}/g) ?? []).map((byte) => Number.parseInt(byte.padEnd(8, '0'), 2));
      const filter = filters[rowsSoFar++ % filters.length]!;
      const line = bytes.map((byte, i) => {
        const left = bytes[i - pixelBytes] ?? 0;
        const up = above[i] ?? 0;
        const upLeft = i < pixelBytes ? 0 : (above[i - pixelBytes] ?? 0);
        const predicted = [0, left, up, (left + up) >> 1, paeth(left, up, upLeft)][filter]!;
        return (byte - predicted) & 255;
      });
      above = bytes;
      return [filter, ...line];
    }).flat();
  });
}

/** The neighbour that is nearest to left + up - upLeft; of equal ones the first. */
function paeth(left: number, up: number, upLeft: number): number {
  const distances = [left, up, upLeft].map((one) => Math.abs(left + up - upLeft - one));
  return [left, up, upLeft][distances.indexOf(Math.min(...distances))]!;
}
