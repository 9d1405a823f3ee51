import type { Plugin } from 'vite';

/**
 * What the page may load and run: its own files and nothing else. No script or style in the page's text, no other host, and
 * no connection at all, so that a file that is dropped on the page cannot leave it. WebAssembly is the simulator's kernel;
 * `blob:` and `data:` are pictures that the page has drawn itself.
 */
export const CONTENT_POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "manifest-src 'self'",
  "connect-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/** Puts the policy into the built page; while it is developed, Vite's own scripts would break it. */
export const contentPolicy = (): Plugin => ({
  name: 'content-policy',
  apply: 'build',
  transformIndexHtml: () => [
    {
      tag: 'meta',
      attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_POLICY },
      injectTo: 'head-prepend',
    },
  ],
});
