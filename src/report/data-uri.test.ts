import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { dataUri, gzipped } from './data-uri.ts';

const bytesOf = async (uri: string) => new Uint8Array(await (await fetch(uri)).arrayBuffer());

test('a data URI is the file', async () => {
  const arbitraryBytes = fc.uint8Array({ maxLength: 20_000, size: 'max' });
  await fc.assert(
    fc.asyncProperty(arbitraryBytes, async (bytes) => {
      const uri = dataUri('image/png', bytes);
      expect(uri).toMatch(/^data:image\/png;base64,/);
      expect(await bytesOf(uri)).toEqual(bytes);
    }),
    { numRuns: 30 },
  );
});

test('a gzip file is the text', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', size: 'large' }), async (text) => {
      expect(gunzipSync(await gzipped(text)).toString()).toBe(text);
    }),
    { numRuns: 30 },
  );
});
