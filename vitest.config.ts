import { defineConfig } from 'vitest/config';
import type { Reporter, TestModule } from 'vitest/node';

/** Ends the output with a line that any tool can read. */
const closingLine: Reporter = {
  onTestRunEnd(modules: readonly TestModule[], errors) {
    const tests = modules.flatMap((module) => [...module.children.allTests()]);
    const count = (state: string) => tests.filter((test) => test.result().state === state).length;
    const broken = modules.filter((module) => module.errors().length > 0).length + errors.length;
    // After the summary of the default reporter
    process.once('exit', () =>
      process.stdout.write(`${count('passed')} passed, ${count('failed') + broken} failed\n`),
    );
  },
};

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'library',
          include: [
            'src/**/*.test.ts',
            'docs/**/*.test.ts',
            'tools/lenet/**/*.test.ts',
            'web/*/**/*.test.ts',
            '!web/tests/**',
          ],
        },
      },
      {
        extends: true,
        test: {
          name: 'page',
          include: ['web/tests/*.test.ts'],
          exclude: ['web/tests/speed.test.ts'],
          sequence: { groupOrder: 1 },
          globalSetup: 'web/testing/build-page.testing.ts',
        },
      },
      {
        extends: true,
        test: {
          name: 'speed of the page',
          include: ['web/tests/speed.test.ts'],
          // By itself: what else runs would be measured, too
          sequence: { groupOrder: 2 },
          globalSetup: 'web/testing/build-page.testing.ts',
        },
      },
    ],
    // By default one core is left idle
    maxWorkers: '100%',
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: ['default', closingLine],
  },
});
