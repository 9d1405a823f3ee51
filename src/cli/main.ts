#!/usr/bin/env node
import { createRequire } from 'node:module';
import { EXIT, run } from './program.ts';

process.once('SIGINT', () => process.exit(EXIT.interrupted));
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // Whoever read our output has seen enough of it
  if (error.code === 'EPIPE') process.exit(EXIT.done);
  throw error;
});

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string };
process.exitCode = await run(process.argv.slice(2), version);
