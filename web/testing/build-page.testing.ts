import { build } from 'vite';

/** Builds the page once, before the tests that open it. */
export default async function buildPage(): Promise<void> {
  // The test runner says `test`, and the page would be built as while it is developed
  process.env.NODE_ENV = 'production';
  await build({ configFile: new URL('../vite.config.ts', import.meta.url).pathname, logLevel: 'error' });
}
