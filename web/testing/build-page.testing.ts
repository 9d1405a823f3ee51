import { build } from 'vite';

/** Builds the page once, before the tests that open it. */
export default async function buildPage(): Promise<void> {
  await build({ configFile: new URL('../vite.config.ts', import.meta.url).pathname, logLevel: 'warn' });
}
