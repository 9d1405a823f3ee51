/** A file that stands in a page itself. */
export function dataUri(type: string, bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += CHUNK) {
    binary += String.fromCharCode(...bytes.subarray(at, at + CHUNK));
  }
  return `data:${type};base64,${btoa(binary)}`;
}

/** Bytes that are taken at once: as many as a function surely takes arguments. */
const CHUNK = 8192;

/** A text as a gzip file. */
export async function gzipped(text: string): Promise<Uint8Array> {
  const file = new Blob([text]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(file).arrayBuffer());
}
