import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { CONTENT_POLICY } from '../building/content-policy.ts';

const ROOT = fileURLToPath(new URL('../dist', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.webmanifest': 'application/manifest+json',
};

/** What a host has sent: the file's path, and its bytes as they went over the network. */
export interface Sent {
  readonly path: string;
  readonly bytes: number;
}

/** A static host of the built page, under a sub-path, with compressed files and the page's policy for workers, too. */
export interface Host {
  readonly address: string;
  readonly sent: readonly Sent[];
  close(): Promise<void>;
}

/** Serves the built page. */
export async function host(subPath = '/under/some/path/'): Promise<Host> {
  const sent: Sent[] = [];
  const server = createServer(async ({ url = '/' }, response) => {
    const { pathname } = new URL(url, 'http://localhost');
    const path = pathname.startsWith(subPath) ? pathname.slice(subPath.length) || 'index.html' : undefined;
    try {
      if (path === undefined || normalize(path).startsWith('..')) throw new Error('not here');
      const body = gzipSync(await readFile(join(ROOT, path)));
      sent.push({ path, bytes: body.length });
      response.writeHead(200, {
        'content-type': TYPES[extname(path)] ?? 'application/octet-stream',
        'content-encoding': 'gzip',
        // The page's own policy stands in the page; this one is for its workers. The one for use offline has to fetch
        ...(path !== 'service-worker.js' && { 'content-security-policy': CONTENT_POLICY }),
      });
      response.end(body);
    } catch {
      response.writeHead(404).end();
    }
  });
  const { port } = await listening(server);
  return {
    address: `http://localhost:${port}${subPath}`,
    sent,
    close: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

const listening = (server: Server): Promise<AddressInfo> =>
  new Promise((resolve) => server.listen(0, 'localhost', () => resolve(server.address() as AddressInfo)));
