#!/usr/bin/env node
import { createRequire } from 'node:module';
import { EXIT } from './exit.ts';
import { reasonOf } from './files.ts';
import { run } from './program.ts';

process.once('SIGINT', () => {
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.exit(EXIT.interrupted);
});
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has seen enough of it
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  process.stderr.write(`rowhouse: standard output: ${reasonOf(error)}\n`);
  process.exit(EXIT.wrongInput);
});
process.stderr.on('error', () => {}); // Nobody listens

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
process.exitCode = await run(process.argv.slice(2), version);
