import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import { contentPolicy } from './building/content-policy.ts';
import { offline } from './building/offline.ts';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Addresses from the page's own folder: it may stand anywhere on a host
  base: './',
  build: {
    outDir: fileURLToPath(new URL('./dist', import.meta.url)),
    emptyOutDir: true,
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 2000,
  },
  worker: { format: 'es' },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [contentPolicy(), offline()],
});
